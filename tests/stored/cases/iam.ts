import { named, type StoredCases } from '../stored-cases.ts';

// AWS tells the address without its scheme.
const Url = 'idp.example.com';
const ClientIdList = ['orders'];
const ThumbprintList = ['a'.repeat(40)];

const Description = 'of the kitchen';
const policy = (Action: string, more: object) => ({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action, ...more }],
});

export const iam: StoredCases = {
  service: 'iam',
  resources: {
    Provider: {
      Type: 'AWS::IAM::OIDCProvider',
      Properties: { Url: `https://${Url}`, ClientIdList, ThumbprintList, Tags: [{ Key: 'team', Value: 'kitchen' }] },
    },
    Role: {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: policy('sts:AssumeRole', { Principal: { Service: 'ec2.amazonaws.com' } }),
        Description,
      },
    },
    Policy: {
      Type: 'AWS::IAM::ManagedPolicy',
      Properties: { PolicyDocument: policy('s3:GetObject', { Resource: '*' }), Description },
    },
    OfService: {
      Type: 'AWS::IAM::ServiceLinkedRole',
      Properties: { AWSServiceName: 'autoscaling.amazonaws.com', CustomSuffix: 'stored', Description },
    },
  },
  told: {
    Provider: (ask, id) => ask('GetOpenIDConnectProvider', { OpenIDConnectProviderArn: id }),
    Role: (ask, RoleName) => ask('GetRole', { RoleName }),
    Policy: (ask, PolicyArn) => ask('GetPolicy', { PolicyArn }),
    OfService: (ask, RoleName) => ask('GetRole', { RoleName }),
  },
  untold: { 'AWS::IAM::OIDCProvider.Url': 'told without its scheme; the request CreateOpenIDConnectProvider shows it' },
  requests: {
    CreateOpenIDConnectProvider: async (ask) => {
      const asked = { Url: 'asked.example.com', ClientIDList: ClientIdList, ThumbprintList };
      const OpenIDConnectProviderArn = named(
        await ask('CreateOpenIDConnectProvider', { ...asked, Url: `https://${asked.Url}` }),
        'OpenIDConnectProviderArn',
      );
      return { asked, told: await ask('GetOpenIDConnectProvider', { OpenIDConnectProviderArn }) };
    },
    AddClientIDToOpenIDConnectProvider: async (ask) => {
      const asked = { ClientID: 'more' };
      await ask('AddClientIDToOpenIDConnectProvider', { ...asked, OpenIDConnectProviderArn });
      return { asked, told: await ask('GetOpenIDConnectProvider', { OpenIDConnectProviderArn }) };
    },
    UpdateOpenIDConnectProviderThumbprint: async (ask) => {
      const asked = { ThumbprintList: ['b'.repeat(40)] };
      await ask('UpdateOpenIDConnectProviderThumbprint', { ...asked, OpenIDConnectProviderArn });
      return { asked, told: await ask('GetOpenIDConnectProvider', { OpenIDConnectProviderArn }) };
    },
    RemoveClientIDFromOpenIDConnectProvider: async (ask) => {
      await ask('RemoveClientIDFromOpenIDConnectProvider', { ClientID: 'orders', OpenIDConnectProviderArn });
      const told = await ask('GetOpenIDConnectProvider', { OpenIDConnectProviderArn });
      // What is left is told, and what was taken away is not.
      const gone = !JSON.stringify(told).includes('orders');
      return { asked: { ClientID: 'more' }, told: gone ? told : undefined };
    },
  },
  renamed: { ClientID: 'ClientIDList' },
};

const OpenIDConnectProviderArn = 'arn:aws:iam::000000000000:oidc-provider/asked.example.com';
