import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { ConfigProvider, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import { useEffect } from 'react';
import { ApiFailure } from './api/call-api.ts';
import { useTexts } from './messages/texts.ts';
import { useDark } from './preferences/preferences.ts';
import { router } from './router.tsx';
import { session } from './session/session.ts';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      retry: (failures, error) => failures < 2 && error instanceof ApiFailure && error.passing,
      staleTime: 5_000,
    },
  },
});

// What one account has seen is not for the next one.
let tokenSeen = session.read()?.token;
session.subscribe(() => {
  const token = session.read()?.token;
  if (token === tokenSeen) return;
  tokenSeen = token;
  queries.clear();
  void router.invalidate();
});

/** The console: its language, its colours, its queries, and the page that the address names. */
export function ConsoleApp() {
  const dark = useDark();
  const { language, say } = useTexts();
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light';
    document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
  }, [dark]);
  useEffect(() => {
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
    document.title = say('app.title');
    // Errors on the screen were worded by the API in the other language.
    void queries.resetQueries({ predicate: ({ state }) => state.status === 'error' });
  }, [language, say]);

  const brand = dark ? '#5584f7' : '#2456e6';
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: {
          colorPrimary: brand,
          colorInfo: brand,
          colorLink: brand,
          borderRadius: 8,
          fontFamily: 'inherit',
          colorBgLayout: dark ? '#0b0d12' : '#f4f6fa',
        },
        components: {
          Layout: {
            headerHeight: 56,
            headerPadding: '0 20px',
            lightTriggerBg: 'transparent',
            lightTriggerColor: dark ? 'rgba(255,255,255,0.65)' : 'rgba(0,0,0,0.65)',
          },
          Table: {
            headerBorderRadius: 0,
            cellPaddingInlineMD: 16,
            cellPaddingBlockMD: 11,
            cellPaddingInlineSM: 16,
          },
        },
      }}
    >
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </ConfigProvider>
  );
}
