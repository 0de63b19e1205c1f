import { createInterface } from 'node:readline';
import { seedDemo } from '../../scripts/seed/seed-demo.ts';
import { startStack } from '../../scripts/stack/start-stack.ts';
import { startWechatPeer } from '../../simulators/wechat/wechat-peer.ts';
import { moneyBreaches } from './city-stack.ts';

const { STATE_DIR = '', PORT = '0', WECHAT_PEER_PORT = '0' } = process.env;
const app = { appId: 'wx0000000000000001', appSecret: 'demo-wechat-secret' };

const wechat = await startWechatPeer({ port: Number(WECHAT_PEER_PORT), loginsPerMinute: 10_000, ...app });
const stack = await startStack({
  stateDir: STATE_DIR,
  ports: { api: Number(PORT) },
  settings: {
    WECHAT_API_ORIGIN: wechat.url,
    WECHAT_APP_ID: app.appId,
    WECHAT_APP_SECRET: app.appSecret,
    LOGIN_RATE_PER_MINUTE: '100000',
  },
  crons: false,
  onLog: ({ level, message }) => {
    if (level === 'error') console.error(message);
  },
});
await seedDemo(stack.database, { wechatAppId: app.appId });
console.log('ready');

createInterface({ input: process.stdin }).on('line', async (line) => {
  const [command, argument] = line.split(' ');
  if (command === 'sweep') {
    await stack.runCrons(new Date(Date.now() + Number(argument) * 60_000));
    console.log('swept');
  } else if (command === 'live') {
    const { results } = await stack.database
      .prepare(
        `SELECT o.id, o.state, o.charger_id, o.outlet_no, o.attention, h.order_id IS NOT NULL AS held
         FROM charging_orders o LEFT JOIN holds h ON h.order_id = o.id WHERE o.state IN ('starting','charging')`,
      )
      .all();
    console.log(JSON.stringify(results));
  } else if (command === 'breaches') {
    console.log(JSON.stringify(await moneyBreaches(stack)));
  } else if (command === 'counts') {
    const row = await stack.database
      .prepare(
        `SELECT (SELECT count(*) FROM holds) AS holds,
          (SELECT count(*) FROM charging_orders) AS orders,
          (SELECT count(*) FROM charging_orders WHERE state IN ('starting','charging')) AS live,
          (SELECT count(*) FROM charging_orders WHERE state = 'completed') AS completed,
          (SELECT count(*) FROM charging_orders WHERE state = 'start_failed') AS failed,
          (SELECT count(*) FROM bills) AS bills`,
      )
      .first();
    console.log(JSON.stringify(row));
  }
});
