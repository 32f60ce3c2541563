/**
 * Finds script that a browser would run if the text came back in a page: in its text, or in an attribute that the text
 * closes. Each pattern takes at most one pass over the text. Gives what it matched, for the log.
 */
export function detectXss(text: string): string[] | undefined {
  if (!/[<>"'`=:&]/.test(text)) return undefined;
  const plain = text.includes('\0') ? text.replaceAll('\0', '') : text;
  for (const pattern of patterns) {
    const match = pattern.exec(plain);
    if (match) return [match[0].slice(0, 64)];
  }
  return undefined;
}

/** Event handlers of HTML and SVG, by the beginnings of their names. */
const handler =
  'on(?:abort|activate|after|anim|auxclick|before|begin|blur|bounce|cancel|canplay|change|click|close|contextmenu|copy|cuechange|cut|dblclick|drag|drop|duration|emptied|end|error|finish|focus|form|fullscreen|gotpointer|hashchange|input|invalid|key|load|lostpointer|message|mouse|mozfullscreen|offline|online|page|paste|pause|play|pointer|popstate|progress|ratechange|readystate|repeat|reset|resize|scroll|search|seek|select|show|start|stalled|storage|submit|suspend|timeupdate|toggle|touch|transition|unhandled|unload|volumechange|waiting|webkit|wheel)[a-z]{0,24}';

const patterns: readonly RegExp[] = [
  // Elements that run or load code, or change what follows.
  /<\/?(?:script|iframe|frame|frameset|object|embed|applet|svg|math|base|link|meta|style|xml|xss|import|vmlframe|isindex|noscript|template|portal|marquee|bgsound|layer|ilayer|handler|listener|foreignobject|animate|animatetransform|set)(?=[\s/>:]|$)/i,
  // A handler on any element, however the attributes are parted.
  new RegExp(`<[a-z!/?][^<>]{0,512}?[\\s"'/\`]${handler}[\\s]{0,8}=`, 'i'),
  // A handler after a quote that closes an attribute.
  new RegExp(`["'\`][\\s/]{0,8}${handler}[\\s]{0,8}=`, 'i'),
  new RegExp(`^[\\s/]{0,8}${handler}[\\s]{0,8}=[\\s]{0,8}["'\`(a-z]`, 'i'),
  // Addresses that are programs; blanks may stand between the letters.
  /(?:j[\s]{0,3}a[\s]{0,3}v[\s]{0,3}a|v[\s]{0,3}b|l[\s]{0,3}i[\s]{0,3}v[\s]{0,3}e)[\s]{0,3}s[\s]{0,3}c[\s]{0,3}r[\s]{0,3}i[\s]{0,3}p[\s]{0,3}t[\s]{0,3}:[\s]{0,3}[^\s]/i,
  /data:(?:text\/html|image\/svg\+xml|application\/xhtml)[^,]{0,64},/i,
  /<[^<>]{0,256}style[\s]{0,8}=[^<>]{0,256}(?:expression[\s]{0,8}\(|behaviou?r[\s]{0,8}:|-moz-binding|@import)/i,
  /<(?:a|area|form|input|button|video|audio|img|image|source|body|table|td|div)[\s/][^<>]{0,512}?(?:href|src|action|formaction|poster|background|xlink:href|srcdoc)[\s]{0,8}=[\s"'`]{0,4}(?:javascript|vbscript|data)[\s]{0,4}:/i,
  /<!(?:entity|doctype[^>]{0,256}\[)/i,
  /<\?xml-stylesheet/i,
  // Script that needs no element where a page has put the text into one.
  /["'][\s]{0,4}[;)+-][\s]{0,4}(?:alert|confirm|prompt|eval|fetch|settimeout|setinterval|function|import)[\s]{0,4}[(`]/i,
  /\b(?:document|window)[\s]{0,4}\.[\s]{0,4}(?:cookie|write|location|domain|documentelement|body)\b[\s]{0,4}[=(.[;]/i,
];
