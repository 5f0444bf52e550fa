import type { JSX } from 'preact';
import { useReading } from './reading.js';

export interface FormActionsProps {
  submit: string;
  /** Without it the dialog's own button is enough. */
  onCancel?: () => void;
  isDisabled?: boolean;
  /** Whether what is submitted cannot be undone. */
  isDangerous?: boolean;
  /** Whether it is too late to cancel. */
  isRunning?: boolean;
}

/** The buttons below a form in a dialog. */
export function FormActions({ submit, onCancel, isDisabled = false, isDangerous = false, isRunning = false }: FormActionsProps): JSX.Element {
  const { words } = useReading();
  return (
    <div class="actions">
      {onCancel !== undefined && (
        <button type="button" disabled={isRunning} onClick={onCancel}>
          {words.cancel}
        </button>
      )}
      <button type="submit" class={isDangerous ? 'danger' : 'primary'} disabled={isDisabled || isRunning}>
        {submit}
      </button>
    </div>
  );
}
