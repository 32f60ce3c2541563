import { authorization as slot } from '../../kernel/authorizer.ts';
import { defineService } from '../../kernel/service.ts';
import { authorization } from './authorization.ts';
import { createAuthorizer } from './behaviour/authorizer.ts';
import * as accessKeys from './operations/access-keys.ts';
import * as account from './operations/account.ts';
import * as attachments from './operations/attachments.ts';
import * as groups from './operations/groups.ts';
import * as inlinePolicies from './operations/inline-policies.ts';
import * as instanceProfiles from './operations/instance-profiles.ts';
import * as managedPolicies from './operations/managed-policies.ts';
import * as openIdConnectProviders from './operations/open-id-connect-providers.ts';
import * as otherCredentials from './operations/other-credentials.ts';
import * as roles from './operations/roles.ts';
import * as serviceLinkedRoles from './operations/service-linked-roles.ts';
import * as simulation from './operations/simulation.ts';
import * as tags from './operations/tags.ts';
import * as users from './operations/users.ts';
import { AccessKey } from './resources/AccessKey.ts';
import { Group } from './resources/Group.ts';
import { InstanceProfile } from './resources/InstanceProfile.ts';
import { identityPolicy } from './resources/identity-policy.ts';
import { ManagedPolicy } from './resources/ManagedPolicy.ts';
import { OIDCProvider } from './resources/OIDCProvider.ts';
import { Policy } from './resources/Policy.ts';
import { Role } from './resources/Role.ts';
import { ServiceLinkedRole } from './resources/ServiceLinkedRole.ts';
import { User } from './resources/User.ts';
import { UserToGroupAddition } from './resources/UserToGroupAddition.ts';

export default defineService({
  name: 'iam',
  actionPrefix: 'iam',
  operations: {
    ...roles,
    ...users,
    ...groups,
    ...inlinePolicies,
    ...managedPolicies,
    ...attachments,
    ...accessKeys,
    ...instanceProfiles,
    ...tags,
    ...serviceLinkedRoles,
    ...openIdConnectProviders,
    ...otherCredentials,
    ...account,
    ...simulation,
  },
  authorization,
  resources: [
    Role,
    Policy,
    ManagedPolicy,
    identityPolicy('Role'),
    identityPolicy('User'),
    identityPolicy('Group'),
    User,
    Group,
    UserToGroupAddition,
    AccessKey,
    InstanceProfile,
    ServiceLinkedRole,
    OIDCProvider,
  ],
  fidelity: {
    'SimulateCustomPolicy.OrderedOrganizationPolicyInputList': { refused: 'there is no organization.' },
    'SimulatePrincipalPolicy.OrderedOrganizationPolicyInputList': { refused: 'there is no organization.' },
    'SimulatePrincipalPolicy.PolicyExclusionList': { refused: 'all policies of the principal are simulated.' },
    'SimulateCustomPolicy.ResourceHandlingOption': { refused: 'EC2 scenarios are not simulated; name the resources.' },
    'SimulatePrincipalPolicy.ResourceHandlingOption': {
      refused: 'EC2 scenarios are not simulated; name the resources.',
    },
    CreateOpenIDConnectProvider: 'stored',
    AddClientIDToOpenIDConnectProvider: 'stored',
    RemoveClientIDFromOpenIDConnectProvider: 'stored',
    UpdateOpenIDConnectProviderThumbprint: 'stored',
  },
  start(kernel) {
    const authorizer = kernel.engine(slot);
    authorizer.current = createAuthorizer(kernel);
    return {
      stop() {
        authorizer.current = undefined;
      },
    };
  },
});
