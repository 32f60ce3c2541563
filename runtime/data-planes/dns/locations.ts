import { BlockList } from 'node:net';
import { lookupTable } from '../../kernel/lookup-table.ts';

/** Where a client is, for latency and geolocation routing. */
export interface ClientLocation {
  /** The region of AWS it is nearest to. */
  region: string;
  /** AF AN AS EU NA OC SA */
  continent: string;
  /** ISO 3166-1. */
  country: string;
  /** ISO 3166-2 without the country; Route 53 knows them for the United States and Ukraine. */
  subdivision: string | undefined;
}

/**
 * Orrery has no database of the internet's addresses. Who asks with an EDNS client subnet (`dig +subnet=34.240.0.0/24`)
 * from one range of each region's own addresses, as AWS publishes them, is taken to be in that region; everybody else is
 * where this cloud has its edge, in Virginia. decisions/0014 says so.
 */
export function locate(ip: string): ClientLocation {
  const family = ip.includes(':') ? 'ipv6' : 'ipv4';
  for (const { region, list } of lists) if (list.check(ip, family)) return locationOf(region);
  return locationOf('us-east-1');
}

/** Kilometres between two regions along the globe, which is what orders their latencies here. */
export function distance(from: string, to: string): number {
  const a = places[from];
  const b = places[to];
  if (!a || !b) return Number.POSITIVE_INFINITY;
  const radians = (degrees: number): number => (degrees * Math.PI) / 180;
  const [lat1, lon1, lat2, lon2] = [radians(a.at[0]), radians(a.at[1]), radians(b.at[0]), radians(b.at[1])];
  const h = Math.sin((lat2 - lat1) / 2) ** 2 + Math.cos(lat1) * Math.cos(lat2) * Math.sin((lon2 - lon1) / 2) ** 2;
  return 2 * 6371 * Math.asin(Math.sqrt(h));
}

interface Place {
  at: [latitude: number, longitude: number];
  continent: string;
  country: string;
  subdivision?: string;
  range: string;
}

const place = (at: [number, number], where: string, range: string): Place => {
  const [continent = '', country = '', subdivision] = where.split('-');
  return { at, continent, country, range, ...(subdivision === undefined ? {} : { subdivision }) };
};

const places: Readonly<Record<string, Place>> = lookupTable({
  'us-east-1': place([38.9, -77.4], 'NA-US-VA', '54.144.0.0/14'),
  'us-east-2': place([40.1, -83.0], 'NA-US-OH', '3.128.0.0/15'),
  'us-west-1': place([37.4, -121.9], 'NA-US-CA', '54.176.0.0/15'),
  'us-west-2': place([45.8, -119.7], 'NA-US-OR', '35.160.0.0/13'),
  'ca-central-1': place([45.5, -73.6], 'NA-CA', '35.182.0.0/15'),
  'sa-east-1': place([-23.5, -46.6], 'SA-BR', '18.228.0.0/16'),
  'eu-west-1': place([53.3, -6.3], 'EU-IE', '34.240.0.0/13'),
  'eu-west-2': place([51.5, -0.1], 'EU-GB', '18.130.0.0/16'),
  'eu-west-3': place([48.9, 2.4], 'EU-FR', '35.180.0.0/16'),
  'eu-central-1': place([50.1, 8.7], 'EU-DE', '18.192.0.0/15'),
  'eu-north-1': place([59.3, 18.1], 'EU-SE', '13.48.0.0/15'),
  'ap-south-1': place([19.1, 72.9], 'AS-IN', '13.126.0.0/15'),
  'ap-southeast-1': place([1.3, 103.8], 'AS-SG', '13.250.0.0/15'),
  'ap-southeast-2': place([-33.9, 151.2], 'OC-AU', '13.54.0.0/15'),
  'ap-northeast-1': place([35.7, 139.7], 'AS-JP', '13.112.0.0/14'),
  'ap-northeast-2': place([37.6, 127.0], 'AS-KR', '13.124.0.0/16'),
  'ap-northeast-3': place([34.7, 135.5], 'AS-JP', '13.208.0.0/16'),
});

const lists = Object.entries(places).map(([region, { range }]) => {
  const list = new BlockList();
  const [network = '', bits = ''] = range.split('/');
  list.addSubnet(network, Number(bits), 'ipv4');
  return { region, list };
});

function locationOf(region: string): ClientLocation {
  const { continent, country, subdivision } = places[region] as Place;
  return { region, continent, country, subdivision };
}
