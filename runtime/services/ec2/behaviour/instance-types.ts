/** What instance types are ("Amazon EC2 instance types"): the sizes that applications of this kind use. */
export interface TypeOfInstance {
  InstanceType: string;
  vcpus: number;
  memoryMiB: number;
  arm: boolean;
  burstable: boolean;
}

const families: readonly [string, { arm: boolean; burstable: boolean; gibPerVcpu: number }][] = [
  ['m5', { arm: false, burstable: false, gibPerVcpu: 4 }],
  ['m6i', { arm: false, burstable: false, gibPerVcpu: 4 }],
  ['m7g', { arm: true, burstable: false, gibPerVcpu: 4 }],
  ['c5', { arm: false, burstable: false, gibPerVcpu: 2 }],
  ['c6i', { arm: false, burstable: false, gibPerVcpu: 2 }],
  ['r5', { arm: false, burstable: false, gibPerVcpu: 8 }],
];

const burstableSizes: readonly [string, number, number][] = [
  ['nano', 2, 0.5],
  ['micro', 2, 1],
  ['small', 2, 2],
  ['medium', 2, 4],
  ['large', 2, 8],
  ['xlarge', 4, 16],
  ['2xlarge', 8, 32],
];

const sizes: readonly [string, number][] = [
  ['large', 2],
  ['xlarge', 4],
  ['2xlarge', 8],
];

export const instanceTypes: readonly TypeOfInstance[] = [
  ...['t3', 't3a', 't4g'].flatMap((family) =>
    burstableSizes.map(([size, vcpus, gib]) => ({
      InstanceType: `${family}.${size}`,
      vcpus,
      memoryMiB: gib * 1024,
      arm: family === 't4g',
      burstable: true,
    })),
  ),
  ...burstableSizes.slice(0, 5).map(([size, vcpus, gib]) => ({
    InstanceType: `t2.${size}`,
    vcpus: size === 'medium' || size === 'large' ? vcpus : 1,
    memoryMiB: gib * 1024,
    arm: false,
    burstable: true,
  })),
  ...families.flatMap(([family, { arm, burstable, gibPerVcpu }]) =>
    sizes.map(([size, vcpus]) => ({
      InstanceType: `${family}.${size}`,
      vcpus,
      memoryMiB: vcpus * gibPerVcpu * 1024,
      arm,
      burstable,
    })),
  ),
];

export function instanceType(name: string): TypeOfInstance | undefined {
  return instanceTypes.find(({ InstanceType }) => InstanceType === name);
}
