import {
  CreateSubnetCommand,
  CreateVpcCommand,
  DescribeImagesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from '@aws-sdk/client-ec2';
import { notHere } from '../../../tests/not-here.ts';
import type { Orrery } from '../../../tests/runtime-fixture.ts';
import { namespacesLacking } from '../../engines/network/namespace/namespace-fabric.ts';
import type { InstanceState } from './instance-state.ts';

/** Why instances cannot run here; undefined where they can. Said once, so that a run without them does not look like one with. */
export const lacking = notHere('instances', namespacesLacking());
if (!lacking) process.stderr.write('Instances run at the level namespace.\n');

export const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Instances of one cloud as tests use them: started with a script, and waited for by what happens to them. */
export class Fleet {
  readonly ec2: EC2Client;
  readonly #orrery: Orrery;
  readonly #states = new Map<string, InstanceState>();
  #changed: (() => void) | undefined;

  constructor(orrery: Orrery) {
    this.#orrery = orrery;
    this.ec2 = orrery.client(EC2Client);
    orrery.kernel.events.on('ec2.instance-state', ({ instanceId, state }) => {
      this.#states.set(instanceId, state);
      this.#changed?.();
    });
  }

  async imageId(): Promise<string> {
    const Filters = [{ Name: 'architecture', Values: ['x86_64'] }];
    const { Images = [] } = await this.ec2.send(new DescribeImagesCommand({ Filters }));
    return Images[0]?.ImageId ?? '';
  }

  async vpc(CidrBlock = '10.0.0.0/16'): Promise<string> {
    return (await this.ec2.send(new CreateVpcCommand({ CidrBlock }))).Vpc?.VpcId ?? '';
  }

  async subnet(VpcId: string, CidrBlock: string, AvailabilityZone?: string): Promise<string> {
    return (
      (await this.ec2.send(new CreateSubnetCommand({ VpcId, CidrBlock, AvailabilityZone }))).Subnet?.SubnetId ?? ''
    );
  }

  async until(id: string, state: InstanceState): Promise<void> {
    while (this.#states.get(id) !== state) await new Promise<void>((resolve) => (this.#changed = resolve));
  }

  async run(
    script: string,
    change: Partial<RunInstancesCommandInput> = {},
  ): Promise<{ id: string; address: string; face: string }> {
    const { Instances = [] } = await this.ec2.send(
      new RunInstancesCommand({
        ImageId: await this.imageId(),
        InstanceType: 't3.micro',
        MinCount: 1,
        MaxCount: 1,
        UserData: base64(script),
        ...change,
      }),
    );
    const [made] = Instances;
    const id = made?.InstanceId ?? '';
    await this.until(id, 'running');
    const face = made?.NetworkInterfaces?.[0]?.NetworkInterfaceId ?? '';
    return { id, address: made?.PrivateIpAddress ?? '', face };
  }

  /** The console, once cloud-init has come to its end. */
  async consoleOf(InstanceId: string): Promise<string> {
    for (let tries = 0; tries < 300; tries += 1) {
      const { Output = '' } = await this.ec2.send(new GetConsoleOutputCommand({ InstanceId }));
      const text = Buffer.from(Output, 'base64').toString();
      if (text.includes('Cloud-init finished.')) return text;
      // What an instance's own processes do takes real time, whatever the cloud's clock says.
      await this.#orrery.clock.sleep(100, undefined, { basis: 'elapsed' });
    }
    throw new Error('cloud-init did not come to its end');
  }
}
