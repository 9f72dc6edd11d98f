// Measures the processor time of a node while consoles watch it. The consoles read everything that they are sent.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const watchers = Number(process.env.WATCHERS || 200);
const orders = Number(process.env.ORDERS || 100);
const seconds = Number(process.env.SECONDS_EACH || 30);
const rounds = Number(process.env.ROUNDS || 3);
const warm = Number(process.env.WARM_UP || 90);
const ports = { GATEWAY: 18000, OPS: 18001, SERVICES: 18080, MANAGEMENT: 18558, REMOTING: 18520, PROVIDER: 19090 };
const folder = mkdtempSync(join(tmpdir(), 'orderflow-consoles-'));
const agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

const pause = (millis) => new Promise((done) => { setTimeout(done, millis); });

function send(method, port, path, body) {
  return new Promise((done, failed) => {
    const request = http.request({ host: '127.0.0.1', port, path, method, agent, headers: body ? { 'Content-Type': 'application/json' } : {} }, (answer) => {
      answer.resume();
      answer.on('end', () => done(answer.statusCode));
    });
    request.on('error', failed);
    request.end(body && JSON.stringify(body));
  });
}

/** The processor time of the node so far, in seconds. */
function spent(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function watch(counts) {
  const request = http.get({ host: '127.0.0.1', port: ports.OPS, path: '/ops/stream' }, (answer) => {
    answer.on('data', (bytes) => { counts.bytes += bytes.length; });
    answer.on('error', () => {});
  });
  request.on('error', () => { counts.lost += 1; });
  return request;
}

async function phase(pid, open) {
  const counts = { bytes: 0, lost: 0 };
  const streams = Array.from({ length: open }, () => watch(counts));
  await pause(2000);
  counts.bytes = 0;
  const before = spent(pid);
  const began = Date.now();
  await pause(seconds * 1000);
  const cores = (spent(pid) - before) / ((Date.now() - began) / 1000);
  streams.forEach((stream) => stream.destroy());
  console.log(`${open} consoles: ${(100 * cores).toFixed(1)} % of a core, ${(counts.bytes / 1024 / seconds).toFixed(0)} kB/s to all of them, ${counts.lost} lost`);
  return cores;
}

const environment = Object.fromEntries(Object.entries(ports).map(([part, port]) => [`ORDERFLOW_${part}_PORT`, String(port)]));
const node = spawn('java', ['-Xmx1g', '-jar', resolve('target/orderflow.jar')],
  { cwd: folder, stdio: 'ignore', env: { ...process.env, ...environment, ORDERFLOW_RATE_LIMIT_REQUESTS: '0' } });
try {
  while (await send('GET', ports.MANAGEMENT, '/ready').catch(() => 0) !== 200) {
    await pause(200);
  }
  while (await send('PUT', ports.GATEWAY, '/api/products/tea', { name: 'Tea', price: '3.50', currency: 'EUR' }) > 201) {
    await pause(200);
  }
  await send('POST', ports.GATEWAY, '/api/products/tea/restocks', { quantity: 1000000 });
  const order = { customerId: 'ada', currency: 'EUR', items: [{ sku: 'tea', quantity: 1, unitPrice: '3.50' }], payment: { method: 'card', token: 'tok_visa' },
    shippingAddress: { name: 'Ada', street: '1 Main St', city: 'Berlin', postalCode: '10115', country: 'DE' } };
  const refused = {};
  const count = (status) => { if (status !== 201) { refused[status] = (refused[status] || 0) + 1; } };
  const load = setInterval(() => {
    for (let i = 0; i < orders / 20; i += 1) {
      send('POST', ports.GATEWAY, '/api/orders', order).then(count, (failure) => count(failure.code));
    }
  }, 50);
  // A node that has just started spends both processors on compiling.
  await pause(warm * 1000);
  const costs = [];
  for (let round = 0; round < rounds; round += 1) {
    const alone = await phase(node.pid, 0);
    costs.push(await phase(node.pid, watchers) - alone);
  }
  clearInterval(load);
  const sorted = costs.map((cost) => 100 * cost).sort((one, other) => one - other);
  console.log(`${watchers} open consoles at ${orders} orders/s cost ${sorted[Math.floor(sorted.length / 2)].toFixed(1)} % of a core (median of ${sorted.map((cost) => cost.toFixed(1)).join(', ')}); orders not answered with 201: ${JSON.stringify(refused)}`);
} finally {
  node.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
