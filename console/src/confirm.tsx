import { type ReactNode, useId, useLayoutEffect, useRef } from 'react';

/** Asks before something that is not easily taken back. Escape says no. */
export function Confirm({
  title,
  verb,
  children,
  onYes,
  onNo,
}: {
  title: string;
  verb: string;
  children: ReactNode;
  onYes: () => void;
  onNo: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // Closed before it goes, so that the focus returns to what asked.
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    <dialog
      ref={dialog}
      className="confirm"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onNo();
      }}
    >
      <h2 id={id}>{title}</h2>
      <div className="confirm-what">{children}</div>
      <p className="confirm-choice">
        <button type="button" onClick={onNo}>
          Leave it
        </button>
        <button type="button" className="primary danger" onClick={onYes}>
          {verb}
        </button>
      </p>
    </dialog>
  );
}
