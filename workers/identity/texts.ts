/** What a rider is called until they choose a name themselves. */
export const FIRST_NAME: Readonly<Record<'zh' | 'en', string>> = { zh: '骑手', en: 'Rider' };
