import { useCloudTime } from '../cloud-clock.ts';
import { span } from '../format.ts';
import { Icon } from '../icons.tsx';
import { Link } from '../link.tsx';
import { hrefOf } from '../router.ts';
import { leftMs } from './fault.ts';
import { useFaultsNow } from './faults-now.ts';

/** On every page while something is broken on purpose. */
export function FaultMark() {
  const faults = useFaultsNow();
  const { nowMs } = useCloudTime();
  const ends = faults.flatMap((fault) => leftMs(fault, nowMs) ?? []);
  return (
    <div role="status" className="fault-status">
      {faults.length > 0 && (
        <Link className="fault-mark" href={hrefOf('faults')}>
          <Icon name="bolt" />
          <span>
            {faults.length === 1 ? '1 fault active' : `${faults.length} faults active`}
            {ends.length > 0 && <span aria-hidden="true"> · {span(toSecond(Math.max(...ends)))} left</span>}
          </span>
        </Link>
      )}
    </div>
  );
}

function toSecond(ms: number): number {
  return Math.ceil(ms / 1000) * 1000;
}
