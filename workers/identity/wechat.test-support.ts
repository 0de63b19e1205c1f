import { vi } from 'vitest';
import { call, type Refusal } from './accounts.test-support.ts';

const ORIGIN = 'http://wechat.invalid';

/** Stands in for WeChat, the outside world: a code `code-<name>` belongs to the user with the openid `o-<name>`. */
export function givenWechat(answer: (code: string) => Response = known) {
  const asked: string[] = [];
  const real = globalThis.fetch;
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (url.origin !== ORIGIN) return real(input, init);
    const code = url.searchParams.get('js_code') ?? '';
    asked.push(code);
    return answer(code);
  });
  return { asked };
}

export const answering = (body: unknown, status = 200) =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'text/plain' } });

function known(code: string): Response {
  const name = /^code-(.+)$/.exec(code)?.[1];
  if (name === undefined) return answering({ errcode: 40029, errmsg: 'invalid code' });
  return answering({ openid: `o-${name}`, session_key: 'a2V5' });
}

export interface RiderSession {
  readonly token: string;
  readonly expiresAt: number;
  readonly rider: { readonly id: string; readonly displayName: string; readonly realName: boolean };
}

export const signInRider = (name: string) =>
  call<RiderSession & Refusal>('POST', '/v1/rider/session', { body: { code: `code-${name}` } });
