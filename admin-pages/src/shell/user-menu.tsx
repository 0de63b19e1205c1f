import { GlobalOutlined, LogoutOutlined, MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Avatar, Button, Dropdown, Flex } from 'antd';
import { signOut } from '../api/session.ts';
import { Quiet } from '../components/quiet.tsx';
import { useTexts } from '../messages/texts.ts';
import { language, themeChoice, useDark } from '../preferences/preferences.ts';
import { useStored } from '../preferences/stored-value.ts';
import { type Staff, session } from '../session/session.ts';

/** Language and appearance, also before signing in. */
export function AppearanceMenus() {
  const { say } = useTexts();
  const chosenLanguage = useStored(language);
  const chosenTheme = useStored(themeChoice);
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          selectedKeys: [chosenLanguage],
          items: [
            { key: 'zh', label: '中文' },
            { key: 'en', label: 'English' },
          ],
          onClick: ({ key }) => language.write(key === 'en' ? 'en' : 'zh'),
        }}
      >
        <Button
          type="text"
          icon={<GlobalOutlined />}
          aria-label={say('user.language')}
          title={say('user.language')}
        />
      </Dropdown>
      <Dropdown
        trigger={['click']}
        menu={{
          selectedKeys: [chosenTheme],
          items: (['system', 'light', 'dark'] as const).map((choice) => ({
            key: choice,
            label: say(`theme.${choice}`),
            onClick: () => themeChoice.write(choice),
          })),
        }}
      >
        <Button
          type="text"
          icon={useDark() ? <MoonOutlined /> : <SunOutlined />}
          aria-label={say('user.theme')}
          title={say('user.theme')}
        />
      </Dropdown>
    </>
  );
}

export function UserMenu({ staff }: { readonly staff: Staff }) {
  const { say, code } = useTexts();
  const leave = () => {
    // The token is worthless here from now on, whether the platform hears of it or not.
    void signOut().catch(() => undefined);
    session.write(null);
  };
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items: [
          {
            key: 'who',
            disabled: true,
            label: (
              <>
                {staff.username}
                <br />
                <Quiet small>{code('role', staff.role)}</Quiet>
              </>
            ),
          },
          { type: 'divider' },
          { key: 'out', icon: <LogoutOutlined />, label: say('user.signOut'), onClick: leave },
        ],
      }}
    >
      <Button type="text" style={{ height: 40, paddingInline: 8 }}>
        <Flex gap={8} align="center">
          <Avatar size={28} style={{ background: '#2456e6', color: '#fff' }}>
            {staff.displayName.slice(0, 1)}
          </Avatar>
          {staff.displayName}
        </Flex>
      </Button>
    </Dropdown>
  );
}
