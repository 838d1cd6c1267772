// The Auth emulator of firebase-tools by itself. Started by local/auth.py: node auth_emulator.js PROJECT PORT
//
// `firebase emulators:start --only auth` runs the same server, and with it a hub, a log server, an update check and a
// note in the machine's temporary folder about which project runs where. Alone it starts two seconds sooner, takes half
// the memory, and any number of them run side by side. The version of firebase-tools is locked in package-lock.json.
"use strict";

const http = require("node:http");

const [project, port] = process.argv.slice(2);

// The port is taken first: getting ready takes seconds of computing, in which someone else could choose it too.
let answer = (request, response) => response.writeHead(503).end();
const server = http.createServer((request, response) => answer(request, response));
server.on("error", (error) => {
  console.error(error.message);
  process.exit(1);
});
server.listen(Number(port), "127.0.0.1", async () => {
  const { createApp } = require("../node_modules/firebase-tools/lib/emulator/auth/server");
  answer = await createApp(project);
  console.log("ready");
});
