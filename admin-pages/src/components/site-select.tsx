import { Select } from 'antd';
import { useDeferredValue, useState } from 'react';
import { useTexts } from '../messages/texts.ts';
import { useSiteSearch, useSites } from './site-names.ts';

interface SiteSelectProps {
  readonly value: string | undefined;
  readonly onChange: (siteId: string | undefined) => void;
}

/** A site to filter by, found by its name or address. */
export function SiteSelect({ value, onChange }: SiteSelectProps) {
  const { say } = useTexts();
  const [typed, setTyped] = useState('');
  const sites = useSites();
  const found = useSiteSearch(useDeferredValue(typed.trim()));
  const known = sites.data ?? [];
  const offered = typed.trim() === '' ? known : (found.data ?? []);
  const chosen = value === undefined ? undefined : known.find(({ id }) => id === value);
  const options = offered.map(({ id, name }) => ({ value: id, label: name }));
  if (value !== undefined && !offered.some(({ id }) => id === value) && typed.trim() === '') {
    options.unshift({ value, label: chosen?.name ?? value });
  }
  return (
    <Select
      allowClear
      showSearch={{ filterOption: false, onSearch: setTyped }}
      style={{ width: 220 }}
      placeholder={say('common.allSites')}
      aria-label={say('order.site')}
      loading={sites.isLoading || found.isFetching}
      value={value ?? null}
      options={options}
      onChange={(siteId) => {
        setTyped('');
        onChange(siteId ?? undefined);
      }}
    />
  );
}
