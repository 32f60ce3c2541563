/** What one end sent to another since it was last asked, as flow logs tell it ("Flow log records", Amazon VPC User Guide). */
export interface FlowCount {
  source: string;
  /** Undefined where connections are decided about, not packets (level `loopback`). */
  sourcePort?: number;
  target: string;
  protocol: number;
  /** Of the end it went to. */
  port: number;
  packets: number;
  bytes: number;
  action: 'ACCEPT' | 'REJECT';
}
