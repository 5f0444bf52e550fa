import type { JSX } from 'preact';
import { useReading } from './reading.js';
import { Dialog } from './dialog.js';

export function ShortcutHelp({ onClose }: { onClose: () => void }): JSX.Element {
  const { words } = useReading();
  return (
    <Dialog title={words.shortcuts} onClose={onClose}>
      <dl class="keys">
        {Object.entries(words.shortcut_help).map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((part) => (
                <kbd key={part}>{part}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
