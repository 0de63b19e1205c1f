import { LockOutlined, UserOutlined } from '@ant-design/icons';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Alert, Button, Flex, Form, Input } from 'antd';
import { useEffect, useState } from 'react';
import { ApiFailure } from '../api/call-api.ts';
import { signIn } from '../api/session.ts';
import { failureText } from '../components/failure-text.tsx';
import { Panel } from '../components/panel.tsx';
import { type MessageKey, useTexts } from '../messages/texts.ts';
import { session, takeExpired } from '../session/session.ts';
import { BrandMark } from '../shell/brand-mark.tsx';
import { AppearanceMenus } from '../shell/user-menu.tsx';

interface Credentials {
  readonly username: string;
  readonly password: string;
}

const HINTS: Readonly<Record<string, MessageKey>> = {
  account_locked: 'signIn.lockedHint',
  account_disabled: 'signIn.disabledHint',
};

/** A place of this console to go on to; an address from outside is none. */
const placeAfter = (next: string | undefined): string =>
  next !== undefined && /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : '/';

export function SignInPage() {
  const texts = useTexts();
  const { say } = texts;
  const { next } = useSearch({ from: '/login' });
  const navigate = useNavigate();
  const [expired, setExpired] = useState(false);
  useEffect(() => {
    if (takeExpired()) setExpired(true);
  }, []);
  const signingIn = useMutation({
    mutationFn: ({ username, password }: Credentials) => signIn(username, password),
    onSuccess: (opened) => {
      session.write(opened);
      void navigate({ to: placeAfter(next), replace: true });
    },
  });
  const failure = signingIn.error;
  const hint = failure instanceof ApiFailure ? HINTS[failure.code] : undefined;

  return (
    <Flex vertical style={{ minHeight: '100%' }}>
      <Flex justify="flex-end" style={{ padding: 12 }}>
        <AppearanceMenus />
      </Flex>
      <Flex vertical align="center" justify="center" flex={1} style={{ padding: '0 16px 12vh' }}>
        <div style={{ width: '100%', maxWidth: 380 }}>
          <Panel padding={32}>
            <Flex align="center" gap={12} style={{ marginBlockEnd: 24 }}>
              <BrandMark size={40} />
              <h1 style={{ margin: 0, fontSize: 20 }}>{say('signIn.title')}</h1>
            </Flex>
            {expired && failure === null && (
              <Alert type="info" showIcon title={say('signIn.expired')} style={{ marginBlockEnd: 16 }} />
            )}
            {failure !== null && (
              <Alert
                type="error"
                showIcon
                title={failureText(texts, failure)}
                description={hint === undefined ? undefined : say(hint)}
                style={{ marginBlockEnd: 16 }}
              />
            )}
            <Form<Credentials>
              layout="vertical"
              requiredMark={false}
              size="large"
              onFinish={signingIn.mutate}
            >
              <Form.Item
                name="username"
                label={say('signIn.username')}
                rules={[{ required: true, whitespace: true, message: say('signIn.usernameMissing') }]}
              >
                <Input prefix={<UserOutlined />} autoComplete="username" autoCapitalize="none" autoFocus />
              </Form.Item>
              <Form.Item
                name="password"
                label={say('signIn.password')}
                rules={[{ required: true, message: say('signIn.passwordMissing') }]}
              >
                <Input.Password prefix={<LockOutlined />} autoComplete="current-password" />
              </Form.Item>
              <Button type="primary" htmlType="submit" block loading={signingIn.isPending}>
                {say('signIn.submit')}
              </Button>
            </Form>
          </Panel>
        </div>
      </Flex>
    </Flex>
  );
}
