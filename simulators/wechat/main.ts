import { startWechatPeer } from './wechat-peer.ts';

/**
 * `node simulators/wechat/main.ts`, by environment: WECHAT_PEER_PORT (8790), WECHAT_PEER_HOST (127.0.0.1),
 * WECHAT_APP_ID, WECHAT_APP_SECRET.
 */
const appId = process.env.WECHAT_APP_ID;
const appSecret = process.env.WECHAT_APP_SECRET;
if (!appId || !appSecret) {
  console.error('WECHAT_APP_ID and WECHAT_APP_SECRET must be set.');
  process.exit(2);
}

const peer = await startWechatPeer({
  port: Number(process.env.WECHAT_PEER_PORT ?? 8790),
  host: process.env.WECHAT_PEER_HOST ?? '127.0.0.1',
  appId,
  appSecret,
});
console.log(`WeChat peer listening on ${peer.url}`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void peer.close().then(() => process.exit(0));
  });
}
