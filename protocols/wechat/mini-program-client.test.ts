import { describe, expect, test } from 'vitest';
import { code2Session, type HttpGet, type MiniProgramAccess } from './mini-program-client.ts';

const plain = (body: unknown, status = 200) =>
  new Response(typeof body === 'string' ? body : JSON.stringify(body), {
    status,
    headers: { 'Content-Type': 'text/plain' },
  });

/** WeChat as it answers call after call; the last answer repeats. */
function wechat(...answers: (() => Response | Promise<Response>)[]) {
  const asked: URL[] = [];
  const fetch: HttpGet = async (url) => {
    asked.push(new URL(url));
    const answer = answers[Math.min(asked.length, answers.length) - 1];
    if (answer === undefined) throw new Error('no answer prepared');
    return answer();
  };
  const access: MiniProgramAccess = {
    origin: 'https://api.weixin.qq.com',
    appId: 'wx1234',
    appSecret: 's&cret',
    fetch,
  };
  return { asked, access };
}

const signedIn = () => plain({ openid: 'oOne', session_key: 'a2V5', unionid: 'uOne' });

describe('code2Session', () => {
  test('asks as the interface says and understands JSON sent as text/plain', async () => {
    const { asked, access } = wechat(signedIn);
    expect(await code2Session(access, '0a+b/c=')).toEqual({
      kind: 'ok',
      openid: 'oOne',
      sessionKey: 'a2V5',
      unionid: 'uOne',
    });
    expect(asked[0]?.origin).toBe('https://api.weixin.qq.com');
    expect(asked[0]?.pathname).toBe('/sns/jscode2session');
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
      appid: 'wx1234',
      secret: 's&cret',
      js_code: '0a+b/c=',
      grant_type: 'authorization_code',
    });
  });

  test('an explicit errcode 0 is a success, a missing unionid is null', async () => {
    const { access } = wechat(() => plain({ errcode: 0, errmsg: 'ok', openid: 'oTwo', session_key: 'a2V5' }));
    expect(await code2Session(access, 'c')).toMatchObject({ kind: 'ok', openid: 'oTwo', unionid: null });
  });

  test.each([
    [40029, 'invalid-code'],
    [40163, 'invalid-code'],
    [40226, 'invalid-code'],
    [40013, 'misconfigured'],
    [40125, 'misconfigured'],
    [41008, 'misconfigured'],
  ])('errcode %i is %s, asked once', async (errcode, kind) => {
    const { asked, access } = wechat(() => plain({ errcode, errmsg: 'no, rid: 1' }));
    expect(await code2Session(access, 'c')).toEqual({ kind, errcode });
    expect(asked).toHaveLength(1);
  });

  test('a minute quota is busy and not pressed further', async () => {
    const { asked, access } = wechat(() => plain({ errcode: 45011, errmsg: 'slower' }));
    expect(await code2Session(access, 'c')).toEqual({ kind: 'busy', errcode: 45011, cause: 'told' });
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['system error', () => plain({ errcode: -1, errmsg: 'system error' })],
    ['bad gateway', () => plain('<html>502</html>', 502)],
  ])('a %s is asked again once, and the second answer counts', async (_, failure) => {
    const recovers = wechat(failure, signedIn);
    expect(await code2Session(recovers.access, 'c')).toMatchObject({ kind: 'ok', openid: 'oOne' });
    expect(recovers.asked).toHaveLength(2);

    const stays = wechat(failure);
    expect(await code2Session(stays.access, 'c')).toMatchObject({ kind: 'busy' });
    expect(stays.asked).toHaveLength(2);
  });

  test('a code the failed attempt has used up is invalid, not tried a third time', async () => {
    const { asked, access } = wechat(
      () => plain({ errcode: -1 }),
      () => plain({ errcode: 40163 }),
    );
    expect(await code2Session(access, 'c')).toEqual({ kind: 'invalid-code', errcode: 40163 });
    expect(asked).toHaveLength(2);
  });

  test.each([
    ['no JSON', '<html>maintenance</html>'],
    ['JSON of another shape', '[1]'],
    ['a success without an openid', '{"session_key":"a2V5"}'],
    ['an errcode that is no number', '{"errcode":"40029"}'],
  ])('%s is busy', async (_, body) => {
    const { asked, access } = wechat(() => plain(body));
    expect(await code2Session(access, 'c')).toEqual({ kind: 'busy', errcode: null, cause: 'garbage' });
    expect(asked).toHaveLength(1);
  });

  test('silence and a broken line are busy, and are not asked again', async () => {
    const silent: HttpGet = (_, { signal }) =>
      new Promise((_resolve, reject) =>
        signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
      );
    const { access } = wechat(signedIn);
    expect(await code2Session({ ...access, fetch: silent, timeoutMs: 20 }, 'c')).toEqual({
      kind: 'busy',
      errcode: null,
      cause: 'timeout',
    });
    const broken = wechat(() => Promise.reject(new TypeError('network connection lost')));
    expect(await code2Session(broken.access, 'c')).toMatchObject({ kind: 'busy', cause: 'network' });
    expect(broken.asked).toHaveLength(1);
  });
});
