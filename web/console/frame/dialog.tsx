import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../timeline/view/icons.js';
import { useReading } from './reading.js';

export interface DialogProps {
  title: string;
  onClose: () => void;
  children: ComponentChildren;
  /** Whether it stays until a button closes it: what it shows cannot be shown again. */
  isSticky?: boolean;
}

/** A dialog over the page. Escape closes it unless it is sticky, and the focus returns to where it was. */
export function Dialog({ title, onClose, children, isSticky = false }: DialogProps): JSX.Element {
  const { words } = useReading();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog?.showModal();
    return () => {
      // No part outside of a modal dialog takes the focus while it is open.
      dialog?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      aria-label={title}
      onKeyDown={(event) => {
        // Browsers let the second Escape in a row close a dialog, whatever "cancel" was answered.
        if (isSticky && event.key === 'Escape') event.preventDefault();
      }}
      onCancel={(event) => {
        event.preventDefault();
        if (!isSticky) onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current && !isSticky) onClose();
      }}
    >
      <header>
        <h2>{title}</h2>
        {!isSticky && (
          <button type="button" class="small" aria-label={words.close} onClick={onClose}>
            <Icon name="close" />
          </button>
        )}
      </header>
      <div class="dialog-body">{children}</div>
    </dialog>
  );
}
