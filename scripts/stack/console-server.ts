import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, request as openRequest, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { reachable } from './ports.ts';
import { inRepository } from './repository.ts';

export interface ConsoleServer {
  readonly url: string;
  close(): Promise<void>;
}

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
const API_PATHS = ['/v1', '/openapi.json', '/docs', '/healthz'];

const belongsToApi = (pathname: string) =>
  API_PATHS.some((start) => pathname === start || pathname.startsWith(`${start}/`));

/**
 * Serves the built console as Pages does: files as they are, any other path its index.html, and the API's paths
 * (WebSockets too) from the Worker, so that the browser sees one origin.
 */
export async function startConsoleServer(options: {
  readonly host: string;
  readonly port: number;
  readonly apiUrl: string;
  readonly folder?: string;
}): Promise<ConsoleServer> {
  const folder = options.folder ?? inRepository('admin-pages/dist');
  const api = new URL(options.apiUrl);
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://console');
    if (belongsToApi(pathname)) passOn(api, request, response);
    else serveFile(folder, pathname, request, response).catch(() => response.destroy());
  });
  const tunnels = new Set<Duplex>();
  server.on('upgrade', (request, socket, head) => {
    tunnels.add(socket);
    socket.once('close', () => tunnels.delete(socket));
    openTunnel(api, request, socket, head);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${reachable(options.host)}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const tunnel of tunnels) tunnel.destroy();
      }),
  };
}

function passOn(api: URL, request: IncomingMessage, response: ServerResponse): void {
  const onward = openRequest(
    {
      host: api.hostname,
      port: api.port,
      path: request.url,
      method: request.method,
      headers: request.headers,
    },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      pipeline(answer, response).catch(() => response.destroy());
    },
  );
  onward.on('error', () => {
    if (response.headersSent) response.destroy();
    else response.writeHead(502).end();
  });
  pipeline(request, onward).catch(() => onward.destroy());
}

function openTunnel(api: URL, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const onward = connect(Number(api.port), api.hostname, () => {
    const headers: string[] = [];
    for (let index = 0; index + 1 < request.rawHeaders.length; index += 2) {
      headers.push(`${request.rawHeaders[index]}: ${request.rawHeaders[index + 1]}`);
    }
    onward.write(`${request.method} ${request.url} HTTP/1.1\r\n${headers.join('\r\n')}\r\n\r\n`);
    onward.write(head);
    onward.pipe(socket).pipe(onward);
  });
  const end = () => {
    onward.destroy();
    socket.destroy();
  };
  for (const side of [onward, socket]) side.on('error', end).on('close', end);
}

async function serveFile(
  folder: string,
  pathname: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { allow: 'GET, HEAD' }).end();
    return;
  }
  const file = (await readable(folder, pathname)) ?? (await readable(folder, '/index.html'));
  if (file === null) {
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' });
    response.end('The console is not built: npm run build --prefix admin-pages\n');
    return;
  }
  response.writeHead(200, {
    'content-type': CONTENT_TYPES[path.extname(file.name)] ?? 'application/octet-stream',
    'content-length': file.size,
    // Vite puts a hash into the names under assets/.
    'cache-control': pathname.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file.name), response);
}

async function readable(
  folder: string,
  pathname: string,
): Promise<{ readonly name: string; readonly size: number } | null> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  const name = path.join(folder, decoded);
  if (!name.startsWith(folder + path.sep) || decoded.includes('\0')) return null;
  const found = await stat(name).catch(() => null);
  return found?.isFile() ? { name, size: found.size } : null;
}
