import { useSyncExternalStore } from 'react';

export interface StoredValue<T> {
  read(): T;
  write(value: T): void;
  subscribe(listener: () => void): () => void;
}

/**
 * A value kept in this browser under `key` and shared with its other tabs. `parse` judges what is stored, and says
 * what stands in for nothing (`null`) or for nonsense. Without storage it lives as long as the page.
 */
export function storedValue<T>(key: string, parse: (stored: unknown) => T): StoredValue<T> {
  let current = parse(readStored(key));
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  window.addEventListener('storage', (event) => {
    if (event.key !== key && event.key !== null) return;
    current = parse(readStored(key));
    tell();
  });
  return {
    read: () => current,
    write(value) {
      current = value;
      try {
        if (value === null) localStorage.removeItem(key);
        else localStorage.setItem(key, JSON.stringify(value));
      } catch {
        // Storage is full or forbidden; the page goes on with what it has in memory.
      }
      tell();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

export const useStored = <T>(value: StoredValue<T>): T => useSyncExternalStore(value.subscribe, value.read);

function readStored(key: string): unknown {
  try {
    const text = localStorage.getItem(key);
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
