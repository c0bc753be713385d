// One of a cluster: an HTTP server on loopback, with a port chosen by the system, asked by itself now and then.
const { createServer, get } = require('node:http');

const server = createServer((request, response) => {
  request.resume();
  response.end('{"ok":true}');
});

server.listen(0, '127.0.0.1', () => {
  const { port } = server.address();
  console.log(`${new Date().toISOString()} INFO  worker ${process.env.NODE_APP_INSTANCE} listens`);
  setInterval(() => {
    get({ host: '127.0.0.1', port, path: '/updates' }, (response) => {
      response.resume();
      console.log(`${new Date().toISOString()} INFO  GET /updates ${response.statusCode}`);
    }).on('error', (error) => console.error(`${new Date().toISOString()} ERROR GET /updates ${error.message}`));
  }, 2500);
});

process.on('SIGINT', () => process.exit(0));
