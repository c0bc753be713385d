/** /proc/self/mountinfo: which of the mounted file systems a person would call a disk. Pure. */

/** One mount. Its texts are as the kernel has them, escapes decoded: not yet fit for the screen. */
export interface Mount {
  readonly mount: string;
  readonly source: string;
  readonly type: string;
  /** On another machine, or served by a program: asking it can hang. */
  readonly isRemote: boolean;
}

const REMOTE_TYPE =
  /^(?:nfs4?|cifs|smb3|smbfs|ceph|glusterfs|lustre|afs|beegfs|gpfs|9p|ncpfs|davfs2?|fuse(?!ctl|blk)(?:\..*)?)$/;
/** Real although their source is no path. */
const REAL_TYPE = /^(?:zfs|btrfs|bcachefs|virtiofs|fuseblk)$/;
/** Pictures of a disk that are always full, or no disk at all. */
const LEFT_OUT_TYPE =
  /^(?:squashfs|erofs|iso9660|udf|cramfs|romfs|tmpfs|ramfs|devtmpfs|proc|sysfs|autofs|fusectl|fuse\.(?:lxcfs|gvfsd-fuse|portal|snapfuse|squashfuse|rootlesskit.*))$/;
/** What a container's runtime and a snap put there: parts of another mount, shown again. */
const LEFT_OUT_MOUNT =
  /^\/(?:etc\/(?:hosts|hostname|resolv\.conf)|snap\/.+|var\/snap\/.+|run\/.+|proc(?:\/.*)?|sys(?:\/.*)?|dev(?:\/.*)?|var\/lib\/(?:docker|containers|kubelet|containerd)\/.+)$/;

/** The real file systems, each once: of several mounts of one device the one nearest to `/`. */
export function parseMounts(text: string): Mount[] {
  const byDevice = new Map<string, Mount>();
  for (const line of text.split('\n')) {
    const [before, after] = split(line);
    if (before === null) continue;
    const fields = before.split(' ');
    const [type, source] = after.split(' ');
    const device = fields[2];
    const point = fields[4];
    if (!device || !point?.startsWith('/') || !type || !source) continue;
    const mount = unescape(point);
    const isRemote = REMOTE_TYPE.test(type);
    if (!isReal(type, source, mount, isRemote)) continue;
    // Subvolumes of btrfs and datasets of one pool have a device number each and a source in common.
    const key = type === 'btrfs' ? source : device;
    const known = byDevice.get(key);
    // A later mount on the same point hides the earlier one.
    if (known && known.mount !== mount && known.mount.length <= mount.length) continue;
    byDevice.set(key, { mount, source: unescape(source), type, isRemote });
  }
  const byPoint = new Map<string, Mount>();
  for (const found of byDevice.values()) byPoint.set(found.mount, found);
  return [...byPoint.values()];
}

/** A line's two halves; between them stand any number of optional fields and a dash. */
function split(line: string): [string, string] | [null, null] {
  const at = line.indexOf(' - ');
  return at < 0 ? [null, null] : [line.slice(0, at), line.slice(at + 3)];
}

function isReal(type: string, source: string, mount: string, isRemote: boolean): boolean {
  if (LEFT_OUT_TYPE.test(type) || LEFT_OUT_MOUNT.test(mount)) return false;
  // In a container the root is an overlay; elsewhere an overlay repeats the file system below it.
  if (type === 'overlay') return mount === '/';
  return isRemote || REAL_TYPE.test(type) || (source.startsWith('/') && !source.startsWith('/dev/loop'));
}

/** The kernel writes space, tab, line end and backslash as `\040` and the like, byte by byte. */
function unescape(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}
