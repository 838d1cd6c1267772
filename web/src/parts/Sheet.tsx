/** A dialog: modal, closed by Escape, focus kept inside by the browser. Fed by the stop sheet, the keys list and delete questions. */
import { useLayoutEffect, useRef, type ReactNode } from "react";

interface SheetProps {
  label: string;
  className?: string;
  onClose: () => void;
  children: ReactNode;
}

export function Sheet({ label, className = "", onClose, children }: SheetProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  // Closed while it still stands in the page: the browser then gives the focus back to where it came from.
  useLayoutEffect(() => {
    const shown = dialog.current;
    if (shown && !shown.open) shown.showModal();
    return () => shown?.close();
  }, []);
  return (
    <dialog ref={dialog} className={`dialog ${className}`} aria-label={label} onCancel={onClose} onClick={(e) => e.target === dialog.current && onClose()}>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
