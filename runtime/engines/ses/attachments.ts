import { badRequest } from './errors.ts';

/** "Amazon SES unsupported attachment types". */
const unsupported = new Set(
  (
    'ade adp app asp bas bat cer chm cmd com cpl crt csh der exe fxp gadget hlp hta inf ins isp its js jse ksh lib lnk mad ' +
    'maf mag mam maq mar mas mat mau mav maw mda mdb mde mdt mdw mdz msc msh msh1 msh2 mshxml msh1xml msh2xml msi msp mst ' +
    'ops pcd pif plg prf prg reg scf scr sct shb shs sys ps1 ps1xml ps2 ps2xml psc1 psc2 tmp url vb vbe vbs vps vsmacros ' +
    'vss vst vsw vxd ws wsc wsf wsh xnk'
  ).split(' '),
);

export function checkAttachments(raw: Buffer): void {
  const names = raw.toString('latin1').matchAll(/^content-(?:disposition|type):[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*/gim);
  for (const [header] of names) {
    const name = /name\*?=\s*"?([^";\r\n]+)/i.exec(header)?.[1]?.trim();
    const extension = name?.split('.').at(-1)?.toLowerCase();
    if (name?.includes('.') && unsupported.has(extension ?? '')) throw badRequest(`Illegal filename '${name}'.`);
  }
}
