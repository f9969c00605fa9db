//! A function that uses AWS's runtime client. The event contains the response: `{"result": …}`, `{"error": "…"}`, or
//! `{"parts": ["…"]}` with `"status"`, `"headers"` and `"cookies"`.
use futures_util::stream;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use lambda_runtime::{run, service_fn, Error, FunctionResponse, LambdaEvent, MetadataPrelude, StreamResponse};
use serde_json::Value;

type Parts = stream::Iter<std::vec::IntoIter<Result<String, Error>>>;

async fn handle(event: LambdaEvent<Value>) -> Result<FunctionResponse<Value, Parts>, Error> {
    let event = event.payload;
    if let Some(message) = event["error"].as_str() {
        return Err(message.into());
    }
    let Some(parts) = event["parts"].as_array() else {
        return Ok(FunctionResponse::BufferedResponse(event["result"].clone()));
    };
    let parts: Vec<Result<String, Error>> =
        parts.iter().map(|part| Ok(part.as_str().unwrap_or_default().to_owned())).collect();
    let mut headers = HeaderMap::new();
    for (name, value) in event["headers"].as_object().into_iter().flatten() {
        let name = HeaderName::from_bytes(name.as_bytes())?;
        headers.insert(name, HeaderValue::from_str(value.as_str().unwrap_or_default())?);
    }
    let cookies = event["cookies"].as_array().into_iter().flatten();
    Ok(FunctionResponse::StreamingResponse(StreamResponse {
        metadata_prelude: MetadataPrelude {
            status_code: StatusCode::from_u16(event["status"].as_u64().unwrap_or(200) as u16)?,
            headers,
            cookies: cookies.filter_map(|cookie| cookie.as_str().map(str::to_owned)).collect(),
        },
        stream: stream::iter(parts),
    }))
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    run(service_fn(handle)).await
}
