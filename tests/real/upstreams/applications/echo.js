// Tells what an application on Node.js sees of a request, as echo.py does. It listens on the socket
// that is standard input.
const fs = require("node:fs");
const http = require("node:http");

const server = http.createServer((request, response) => {
  let length = 0;
  request.on("data", (piece) => (length += piece.length));
  request.on("end", () => {
    const { method, url: path, headers: fields } = request;
    const line = JSON.stringify({ method, path, fields, length }) + "\n";
    fs.appendFileSync(process.env.ECHO_LOG, line);
    response.setHeader("Content-Type", "application/json");
    response.end(line);
  });
});

server.listen({ fd: 0 });
