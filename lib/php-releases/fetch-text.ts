import { ActionError } from '#lib/node/errors.ts';

/**
 * Fetches the text of a URL.
 *
 * @throws ActionError naming the URL
 */
export type FetchText = (url: string) => Promise<string>;

/** Returns a function that asks each URL once, because all PHP versions read the same feeds. */
export function createFetchText(): FetchText {
  const responses = new Map<string, Promise<string>>();
  return (url) => {
    const response = responses.get(url) ?? fetchOnce(url);
    responses.set(url, response);
    return response;
  };
}

async function fetchOnce(url: string): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!response.ok) {
      throw new ActionError(`The server responded with ${response.status} ${response.statusText}.`);
    }
    return await response.text();
  } catch (cause) {
    throw new ActionError(`${url} cannot be read.`, { cause });
  }
}
