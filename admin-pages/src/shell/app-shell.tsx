import {
  AlertOutlined,
  DashboardOutlined,
  FileTextOutlined,
  ThunderboltOutlined,
  WarningOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Flex, Layout, Menu, theme } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { readOwnAccount } from '../api/session.ts';
import { NoticesProvider } from '../components/notices.tsx';
import { useTexts } from '../messages/texts.ts';
import { ForbiddenPage } from '../pages/other-pages.tsx';
import { useStored } from '../preferences/stored-value.ts';
import { session, useMay } from '../session/session.ts';
import { BrandMark } from './brand-mark.tsx';
import { NAVIGATION, type NavigationItem, navigationOf } from './navigation.ts';
import { AppearanceMenus, UserMenu } from './user-menu.tsx';

const ICONS: Readonly<Record<NavigationItem['path'], ReactNode>> = {
  '/live': <DashboardOutlined />,
  '/chargers': <ThunderboltOutlined />,
  '/orders': <FileTextOutlined />,
  '/stuck': <WarningOutlined />,
  '/alarms': <AlertOutlined />,
};

/** The frame around every page of somebody who is signed in. */
export function AppShell() {
  const signedIn = useStored(session);
  const { pathname } = useLocation();
  const { say } = useTexts();
  const { token } = theme.useToken();
  const may = useMay();
  const [narrow, setNarrow] = useState(false);
  useFreshPermissions();
  // The router is on its way to the sign-in page.
  if (signedIn === null) return null;

  const here = navigationOf(pathname);
  return (
    <Layout style={{ minHeight: '100%' }}>
      <Layout.Sider
        collapsible
        collapsed={narrow}
        onCollapse={setNarrow}
        breakpoint="lg"
        width={208}
        collapsedWidth={64}
        theme="light"
        style={{
          position: 'sticky',
          top: 0,
          height: '100vh',
          background: token.colorBgContainer,
        }}
      >
        <Flex align="center" gap={10} style={{ height: 56, paddingInline: 18, overflow: 'hidden' }}>
          <BrandMark />
          {!narrow && (
            <strong style={{ fontSize: 16, whiteSpace: 'nowrap', color: token.colorText }}>
              {say('app.title')}
            </strong>
          )}
        </Flex>
        <nav aria-label={say('nav.sections')}>
          <Menu
            mode="inline"
            selectedKeys={here === undefined ? [] : [here.path]}
            style={{ borderInlineEnd: 0, background: 'transparent' }}
            items={NAVIGATION.filter(({ permission }) => may(permission)).map(({ path, label }) => ({
              key: path,
              icon: ICONS[path],
              label: <Link to={path}>{say(label)}</Link>,
            }))}
          />
        </nav>
      </Layout.Sider>
      <Layout style={{ borderInlineStart: `1px solid ${token.colorBorderSecondary}` }}>
        <Layout.Header
          style={{
            position: 'sticky',
            top: 0,
            zIndex: 10,
            display: 'flex',
            alignItems: 'center',
            justifyContent: 'flex-end',
            gap: 4,
            background: token.colorBgContainer,
            borderBlockEnd: `1px solid ${token.colorBorderSecondary}`,
          }}
        >
          <AppearanceMenus />
          <UserMenu staff={signedIn.staff} />
        </Layout.Header>
        <Layout.Content style={{ padding: 20, minWidth: 0 }}>
          {here !== undefined && !may(here.permission) ? (
            <ForbiddenPage />
          ) : (
            <NoticesProvider>
              <Outlet />
            </NoticesProvider>
          )}
        </Layout.Content>
      </Layout>
    </Layout>
  );
}

/** What somebody may do can change while they are signed in. */
function useFreshPermissions(): void {
  const { data } = useQuery({
    queryKey: ['own-account'],
    queryFn: ({ signal }) => readOwnAccount(signal),
    staleTime: 60_000,
    refetchInterval: 5 * 60_000,
  });
  useEffect(() => {
    const current = session.read();
    if (data !== undefined && current !== null) session.write({ ...current, staff: data });
  }, [data]);
}
