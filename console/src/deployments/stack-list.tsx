import { Link } from '../link.tsx';
import { hrefOf } from '../router.ts';
import { StackStatus } from '../status.tsx';
import type { Stack } from './stack.ts';

export function StackList({ stacks, selected }: { stacks: Stack[]; selected: string | undefined }) {
  return (
    <nav className="side" aria-label="Stacks">
      <h2 className="side-title">Stacks</h2>
      <ul>
        {stacks.map(({ StackId, StackName, StackStatus: status }) => (
          <li key={StackId}>
            <Link href={hrefOf('deployments', [StackName])} aria-current={StackId === selected ? 'true' : undefined}>
              <strong>{StackName}</strong>
              <StackStatus status={status} />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
