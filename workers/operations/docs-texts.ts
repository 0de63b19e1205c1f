export type Language = 'zh' | 'en';

/** What the API is and what every caller has to know, by language. */
export const ABOUT: Readonly<Record<Language, { title: string; intro: string; rules: readonly string[] }>> = {
  zh: {
    title: '电驿 API',
    intro: '电动两轮车充电、换电、租电平台的开放接口。',
    rules: [
      '登录后在请求头携带 Authorization: Bearer <token>；骑手令牌以 rt_ 开头，后台令牌以 st_ 开头，二者不能混用。',
      '金额单位为分，电量为 Wh，功率为 W，时间为 UTC 毫秒时间戳，比例为万分之一；全部是整数。',
      '出错时统一返回 { error: { code, message, requestId, details? } }；程序请判断 code，message 随 Accept-Language 变化。',
      '列表按游标翻页：把上一页的 nextCursor 作为 cursor 传入，为 null 即最后一页。',
      '每个接口都写明所需权限；列表只返回账号数据范围内的内容。',
    ],
  },
  en: {
    title: 'Dianyi API',
    intro: 'Charging, battery swapping and battery rental for electric two-wheelers.',
    rules: [
      'Send Authorization: Bearer <token> once signed in. Rider tokens start with rt_, staff tokens with st_; neither opens the other’s routes.',
      'Money is in fen, energy in Wh, power in W, time in UTC epoch ms, ratios in basis points; all of them integers.',
      'Everything that goes wrong answers { error: { code, message, requestId, details? } }. Programs rely on code; message follows Accept-Language.',
      'Lists are paged by cursor: send nextCursor of the page before as cursor; null means it was the last one.',
      'Every route names the permission it asks for; lists carry the data scope of the account.',
    ],
  },
};

/** The words of the page itself. */
export const WORDS = {
  zh: {
    contents: '目录',
    public: '公开',
    permission: '权限',
    parameters: '参数',
    body: '请求体',
    request: '请求示例',
    answer: '返回',
    errors: '错误码',
    schemas: '数据结构',
    name: '名称',
    place: '位置',
    type: '类型',
    required: '必填',
    meaning: '说明',
    status: '状态码',
    other: '其他',
    document: 'OpenAPI 3.1 文档',
  },
  en: {
    contents: 'Contents',
    public: 'public',
    permission: 'permission',
    parameters: 'Parameters',
    body: 'Body',
    request: 'Example request',
    answer: 'Answer',
    errors: 'Errors',
    schemas: 'Schemas',
    name: 'Name',
    place: 'In',
    type: 'Type',
    required: 'Required',
    meaning: 'Meaning',
    status: 'Status',
    other: 'Other',
    document: 'OpenAPI 3.1 document',
  },
} as const satisfies Record<Language, Record<string, string>>;

/** The tags of the routes, for a Chinese reader; one that is missing here shows as it is. */
export const TAG_NAMES: Readonly<Record<string, string>> = {
  system: '系统',
  device: '设备接入',
  wallet: '骑手 · 钱包',
  ledger: '后台 · 账务',
  'rider: account': '骑手 · 账号',
  'rider: charging': '骑手 · 充电',
  'admin: account': '后台 · 登录',
  'admin: staff': '后台 · 账号管理',
  'admin: riders': '后台 · 骑手',
  'admin: audit': '后台 · 操作审计',
  'admin: alarms': '后台 · 告警',
  'admin: cases': '后台 · 异常订单',
  'admin: charging orders': '后台 · 充电订单',
  'admin: device link': '后台 · 设备连接',
};
