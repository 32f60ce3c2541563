import type { ReactNode } from 'react';

export function Empty({ title, children }: { title?: string; children?: ReactNode }) {
  return (
    <div className="empty">
      {title && <h1>{title}</h1>}
      <p>{children}</p>
    </div>
  );
}

export function Problem({ error }: { error: Error }) {
  return (
    <div className="empty" role="alert">
      <h1>That did not work</h1>
      <p>{error.message}</p>
    </div>
  );
}
