// A runtime for Lambda in one static program, which go builds for any CPU. It answers each event with the event and its
// CPU. With the argument `version`, it prints its CPU. It implements HTTP itself, because net/http takes a minute to
// compile.
package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strconv"
	"strings"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == "version" {
		fmt.Println("go for", runtime.GOARCH)
		return
	}
	for {
		id, event := request("GET", "next", "")
		fmt.Println("handler", os.Getenv("_HANDLER"))
		request("POST", id+"/response", fmt.Sprintf(`{"event":%s,"cpu":"%s"}`, event, runtime.GOARCH))
	}
}

// Sends one request to the Runtime API and returns the answer's request id and body.
func request(method, path, body string) (id, answer string) {
	api := os.Getenv("AWS_LAMBDA_RUNTIME_API")
	connection, err := net.Dial("tcp", api)
	check(err)
	defer connection.Close()
	_, err = fmt.Fprintf(connection, "%s /2018-06-01/runtime/invocation/%s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s",
		method, path, api, len(body), body)
	check(err)
	reader, length := bufio.NewReader(connection), 0
	for {
		line, err := reader.ReadString('\n')
		check(err)
		name, value, _ := strings.Cut(strings.TrimSpace(line), ": ")
		if strings.EqualFold(name, "Lambda-Runtime-Aws-Request-Id") {
			id = value
		} else if strings.EqualFold(name, "Content-Length") {
			length, err = strconv.Atoi(value)
			check(err)
		} else if name == "" {
			break
		}
	}
	content := make([]byte, length)
	_, err = io.ReadFull(reader, content)
	check(err)
	return id, string(content)
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
