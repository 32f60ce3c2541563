import type { Action } from './fault.ts';
import { actionName } from './fault.ts';

/** One thing to break: an action of FIS, or one with its most wanted target and parameters. */
export interface Choice {
  id: string;
  title: string;
  about: string;
  action: Action;
  aim?: 'zone';
  parameters?: Record<string, string>;
}

export interface ChoiceGroup {
  title: string;
  choices: Choice[];
}

const zoneChoices: {
  id: string;
  title: string;
  about: string;
  actionId: string;
  parameters: Record<string, string>;
}[] = [
  {
    id: 'cut-off-zone',
    title: 'Cut off a zone',
    about: 'All subnets of an Availability Zone lose their traffic.',
    actionId: 'aws:network:disrupt-connectivity',
    parameters: { scope: 'all' },
  },
  {
    id: 'stop-zone',
    title: 'Stop all instances of a zone',
    about: 'Every EC2 instance of an Availability Zone stops.',
    actionId: 'aws:ec2:stop-instances',
    parameters: {},
  },
];

/** By the service in an action's id, in the order they are shown; one that is not here is shown by its name. */
const groupTitles: Record<string, string> = {
  ec2: 'Instances',
  ecs: 'Tasks',
  eks: 'Pods',
  ebs: 'Volumes',
  network: 'Network',
  lambda: 'Functions',
  fis: 'APIs',
  rds: 'Databases',
  dynamodb: 'Tables',
};
/** Parts of larger experiments, which break nothing by themselves. */
const steps = new Set(['aws:fis:wait', 'aws:cloudwatch:assert-alarm-state']);
const stepsTitle = 'Break nothing';

/** What FIS lists, by what it strikes. */
export function choiceGroups(actions: Action[]): ChoiceGroup[] {
  const zones = zoneChoices.flatMap(({ actionId, ...choice }): Choice[] => {
    const action = actions.find(({ id }) => id === actionId);
    return action ? [{ ...choice, action, aim: 'zone' }] : [];
  });
  const groups = new Map<string, Choice[]>(zones.length > 0 ? [['A whole zone', zones]] : []);
  for (const action of actions) {
    const [, service = ''] = action.id.split(':');
    const title = steps.has(action.id) ? stepsTitle : (groupTitles[service] ?? service);
    const choices = groups.get(title) ?? [];
    choices.push({ id: action.id, title: actionName(action.id), about: action.description, action });
    groups.set(title, choices);
  }
  const order = ['A whole zone', ...Object.values(groupTitles)];
  const place = (title: string): number =>
    title === stepsTitle ? order.length + 1 : order.includes(title) ? order.indexOf(title) : order.length;
  return [...groups].map(([title, choices]) => ({ title, choices })).sort((a, b) => place(a.title) - place(b.title));
}
