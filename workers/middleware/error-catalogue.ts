import type { ErrorCode } from '../../domain/errors.ts';

interface CatalogueEntry {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 423 | 429 | 500 | 502 | 503 | 504;
  readonly zh: string;
  readonly en: string;
}

/** Every error code with its HTTP status and its texts; integrators rely on the code, people read the text. */
export const ERROR_CATALOGUE: Readonly<Record<ErrorCode, CatalogueEntry>> = {
  invalid_request: { status: 400, zh: '请求内容有误，请检查后重试', en: 'The request is not valid' },
  invalid_cursor: {
    status: 400,
    zh: '分页参数已失效，请从第一页重新查看',
    en: 'The page cursor is not valid',
  },
  payload_too_large: { status: 413, zh: '提交的内容过大', en: 'The request body is too large' },
  not_found: { status: 404, zh: '没有找到您要的内容', en: 'There is no such thing' },
  unauthenticated: { status: 401, zh: '请先登录', en: 'Sign in first' },
  session_expired: {
    status: 401,
    zh: '登录已过期，请重新登录',
    en: 'The session has expired; sign in again',
  },
  bad_credentials: { status: 401, zh: '用户名或密码不正确', en: 'User name or password is wrong' },
  account_locked: {
    status: 423,
    zh: '登录失败次数过多，账号已暂时锁定',
    en: 'Too many failures; the account is locked for a while',
  },
  account_disabled: { status: 403, zh: '账号已停用，请联系管理员', en: 'The account is disabled' },
  login_code_invalid: {
    status: 401,
    zh: '登录凭证无效，请重新打开小程序',
    en: 'The login code is not valid',
  },
  identity_provider_unavailable: {
    status: 502,
    zh: '微信登录暂时不可用，请稍后再试',
    en: 'WeChat login is unavailable right now',
  },
  forbidden: { status: 403, zh: '您没有权限进行此操作', en: 'You are not allowed to do this' },
  out_of_scope: { status: 404, zh: '没有找到您要的内容', en: 'There is no such thing in your scope' },
  rate_limited: { status: 429, zh: '操作过于频繁，请稍后再试', en: 'Too many requests; slow down' },
  idempotency_key_required: {
    status: 400,
    zh: '缺少幂等键，请重新发起',
    en: 'Send an Idempotency-Key header',
  },
  idempotency_key_reused: {
    status: 409,
    zh: '该请求标识已用于其他操作',
    en: 'This Idempotency-Key was used for another request',
  },
  conflict: { status: 409, zh: '与现有数据冲突', en: 'This conflicts with what exists' },
  version_conflict: {
    status: 409,
    zh: '数据已被他人修改，请刷新后重试',
    en: 'Someone else changed this; load it again',
  },
  insufficient_balance: { status: 422, zh: '余额不足，请先充值', en: 'The wallet balance is too small' },
  arrears_open: { status: 422, zh: '您有未结清的欠费，请先支付', en: 'Settle the open arrears first' },
  quote_outdated: {
    status: 409,
    zh: '价格已更新，请确认新价格',
    en: 'The price has changed; look at the new one',
  },
  tariff_invalid: { status: 422, zh: '计费规则有误', en: 'The tariff is not valid' },
  tariff_not_found: { status: 422, zh: '此设备暂无可用的计费规则', en: 'No tariff is in force here' },
  site_closed: { status: 409, zh: '站点不在营业时间', en: 'The site is closed' },
  outlet_not_found: { status: 404, zh: '没有找到此插座', en: 'There is no such outlet' },
  outlet_occupied: { status: 409, zh: '插座正在使用，请换一个', en: 'The outlet is in use' },
  outlet_unavailable: { status: 409, zh: '插座暂不可用，请换一个', en: 'The outlet is out of service' },
  device_offline: { status: 409, zh: '设备离线，请换一台', en: 'The device is offline' },
  device_timeout: { status: 504, zh: '设备没有及时响应', en: 'The device did not answer in time' },
  device_busy: {
    status: 409,
    zh: '设备繁忙，请稍后再试',
    en: 'Too many commands are waiting for this device',
  },
  device_error: { status: 502, zh: '设备返回了错误', en: 'The device answered with an error' },
  order_not_live: { status: 409, zh: '订单已结束', en: 'The order is not live' },
  order_not_stuck: { status: 409, zh: '此订单无需人工处理', en: 'The order needs no intervention' },
  network_number_invalid: { status: 422, zh: '网络编号无效', en: 'The network number is not valid' },
  network_number_taken: { status: 409, zh: '网络编号已被使用', en: 'The network number is taken' },
  network_numbers_exhausted: { status: 409, zh: '网络编号已用尽', en: 'The network numbers are exhausted' },
  dtu_already_bound: { status: 409, zh: '该 DTU 已绑定其他设备', en: 'The DTU is bound already' },
  dtu_not_bound: { status: 409, zh: '该设备未绑定 DTU', en: 'No DTU is bound' },
  device_decommissioned: { status: 403, zh: '设备已停用', en: 'The device is decommissioned' },
  device_has_live_orders: { status: 409, zh: '设备上还有进行中的订单', en: 'The device has live orders' },
  ledger_unbalanced: { status: 422, zh: '记账不平衡', en: 'The transaction does not balance' },
  ledger_overdrawn: { status: 422, zh: '账户余额不足', en: 'The account would be overdrawn' },
  temporarily_unavailable: { status: 503, zh: '服务繁忙，请稍后再试', en: 'Try again in a moment' },
  internal_error: { status: 500, zh: '系统开小差了，请稍后再试', en: 'Something went wrong on our side' },
};
