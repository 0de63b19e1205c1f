import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Modal, Select } from 'antd';
import { useState } from 'react';
import { type Facts, sendCommand } from '../api/chargers.ts';
import { FailureText } from '../components/failure-text.tsx';
import { Quiet } from '../components/quiet.tsx';
import { useTexts } from '../messages/texts.ts';
import { ALL_COMMANDS, COMMON_COMMANDS, type CommandTemplate } from './command-catalogue.ts';
import { JsonText } from './json-text.tsx';

const asText = (payload: Facts): string => JSON.stringify(payload, null, 2);

/** The payload as typed; null when it is no JSON object. */
function payloadIn(typed: string): Facts | null {
  try {
    const value: unknown = JSON.parse(typed);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Facts) : null;
  } catch {
    return null;
  }
}

interface CommandDialogProps {
  readonly chargerId: string;
  readonly onClose: () => void;
}

/** Chooses a command, says what it will do, sends it, and shows what the charger answered. */
export function CommandDialog({ chargerId, onClose }: CommandDialogProps) {
  const { say } = useTexts();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<CommandTemplate | undefined>(COMMON_COMMANDS[0]);
  const [typed, setTyped] = useState(asText(COMMON_COMMANDS[0]?.payload ?? {}));
  const [confirming, setConfirming] = useState(false);
  const payload = payloadIn(typed);
  const sending = useMutation({
    mutationFn: ({ action, content }: { readonly action: string; readonly content: Facts }) =>
      sendCommand(chargerId, action, content),
    onSettled: () => queries.invalidateQueries({ queryKey: ['commands', chargerId] }),
  });
  const offered = (template: CommandTemplate) => ({
    value: template.key,
    label: template.name === undefined ? template.action : `${say(template.name)} · ${template.action}`,
  });
  const choose = (key: string) => {
    const template = [...COMMON_COMMANDS, ...ALL_COMMANDS].find((one) => one.key === key);
    if (template === undefined) return;
    setChosen(template);
    setTyped(asText(template.payload));
  };
  const startAgain = () => {
    sending.reset();
    setConfirming(false);
  };

  if (chosen === undefined) return null;
  if (confirming) {
    const done = sending.isSuccess || sending.isError;
    return (
      <Modal
        open
        title={say('command.confirmTitle')}
        onCancel={onClose}
        closable={!sending.isPending}
        mask={{ closable: false }}
        footer={
          done
            ? [
                <Button key="again" onClick={startAgain}>
                  {say('command.again')}
                </Button>,
                <Button key="close" type="primary" onClick={onClose}>
                  {say('common.close')}
                </Button>,
              ]
            : [
                <Button key="back" disabled={sending.isPending} onClick={startAgain}>
                  {say('common.back')}
                </Button>,
                <Button
                  key="send"
                  type="primary"
                  danger={chosen.severe}
                  loading={sending.isPending}
                  disabled={payload === null}
                  onClick={() => sending.mutate({ action: chosen.action, content: payload ?? {} })}
                >
                  {say('command.sendNow')}
                </Button>,
              ]
        }
      >
        <p>{say('command.confirmText', { charger: chargerId, action: chosen.action })}</p>
        <JsonText value={payload} />
        <Alert
          type={chosen.severe ? 'warning' : 'info'}
          showIcon
          title={say(chosen.effect)}
          style={{ marginBlock: 12 }}
        />
        {sending.isPending && <Quiet>{say('command.waiting')}</Quiet>}
        {sending.isError && <Alert type="error" showIcon title={<FailureText failure={sending.error} />} />}
        {sending.isSuccess && (
          <>
            <Alert type="success" showIcon title={say('command.answered')} style={{ marginBlockEnd: 12 }} />
            <JsonText value={sending.data.response} />
          </>
        )}
      </Modal>
    );
  }
  return (
    <Modal
      open
      title={say('command.send')}
      okText={say('command.next')}
      okButtonProps={{ disabled: payload === null }}
      onOk={() => setConfirming(true)}
      onCancel={onClose}
    >
      <Form layout="vertical">
        <Form.Item label={say('command.action')}>
          <Select
            showSearch={{ optionFilterProp: 'label' }}
            value={chosen.key}
            onChange={choose}
            options={[
              { label: say('command.common'), options: COMMON_COMMANDS.map(offered) },
              { label: say('command.all'), options: ALL_COMMANDS.map(offered) },
            ]}
          />
        </Form.Item>
        <Alert
          type={chosen.severe ? 'warning' : 'info'}
          showIcon
          title={say(chosen.effect)}
          style={{ marginBlockEnd: 16 }}
        />
        <Form.Item
          label={say('command.payload')}
          validateStatus={payload === null ? 'error' : ''}
          help={payload === null ? say('command.payloadInvalid') : undefined}
          extra={
            <Button
              type="link"
              size="small"
              style={{ paddingInline: 0 }}
              disabled={payload === null}
              onClick={() => payload !== null && setTyped(asText(payload))}
            >
              {say('command.format')}
            </Button>
          }
        >
          <Input.TextArea
            className="mono"
            autoSize={{ minRows: 5, maxRows: 14 }}
            spellCheck={false}
            aria-label={say('command.payload')}
            value={typed}
            onChange={({ target }) => setTyped(target.value)}
          />
        </Form.Item>
      </Form>
    </Modal>
  );
}
