import { connect, createServer, type Socket } from 'node:net';

/** Listens on a socket and relays to another one. `cut` simulates a server that disappears, without touching the server. */
export async function relayTo(
  target: string,
  path: string,
): Promise<AsyncDisposable & { readonly cut: () => void }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    }
    client.pipe(upstream).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const cut = () => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { cut, [Symbol.asyncDispose]: async () => cut() };
}
