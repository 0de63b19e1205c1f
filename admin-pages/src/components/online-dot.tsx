import { Badge } from 'antd';
import { useTexts } from '../messages/texts.ts';

export function OnlineDot({ online }: { readonly online: boolean }) {
  const { say } = useTexts();
  return (
    <Badge
      status={online ? 'success' : 'default'}
      text={say(online ? 'charger.online' : 'charger.offline')}
    />
  );
}
