/** The global return codes of api.weixin.qq.com that this peer gives, with the original's English text. */
const texts = {
  [-1]: 'system error',
  40001: 'invalid credential, access_token is invalid or not latest',
  40002: 'invalid grant_type',
  40013: 'invalid appid',
  40029: 'invalid code',
  40066: 'invalid url',
  40125: 'invalid appsecret',
  40163: 'code been used',
  41001: 'access_token missing',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  42001: 'access_token expired',
  43001: 'require GET method',
  43002: 'require POST method',
  44002: 'empty post data',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
} as const;

export type Errcode = keyof typeof texts;

/** The error body as the original writes it; `rid` is the request id that support asks for. */
export function errorBody(errcode: Errcode, rid: string): { errcode: Errcode; errmsg: string } {
  return { errcode, errmsg: `${texts[errcode]}, rid: ${rid}` };
}

/** A request id of the original's shape: epoch seconds and two random words in hex. */
export function requestId(nowMs: number, word: () => number): string {
  const hex = (value: number) => (value >>> 0).toString(16).padStart(8, '0');
  return `${hex(Math.floor(nowMs / 1000))}-${hex(word())}-${hex(word())}`;
}
