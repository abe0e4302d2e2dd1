import { isobmffBrands } from './containers/isobmff-brands.js';
import { ascii } from './containers/picture.js';

interface Foreign {
  /** A sentence that names the file. */
  readonly what: string;
  /** What to send instead, where that is not simply another format. */
  readonly instead?: string;
}

const vector = 'Render it at a size of about 1000 pixels, and send the PNG.';
const develop = 'Develop it, or take the preview that the camera put into it, and send the JPEG.';
const frame = 'Send one frame as a JPEG or PNG.';

const each = 'Send each image of it by itself.';
const decompress = 'Decompress it first.';

const not = (name: string, instead?: string): Foreign => ({
  what: `${name} are not supported.`,
  ...(instead !== undefined && { instead }),
});

/** Signatures of formats that are not taken, at their offset. The first that fits counts. */
const signatures: readonly (readonly [offset: number, signature: string, foreign: Foreign])[] = [
  [0, '\xff\x0a', not('JPEG XL images')],
  [4, 'JXL \r\n\x87\n', not('JPEG XL images')],
  [4, 'jP  \r\n\x87\n', not('JPEG 2000 images')],
  [0, '\xff\x4f\xff\x51', not('JPEG 2000 codestreams')],
  [0, '\xff\xd8\xff\xf7', not('JPEG-LS images')],
  [4, 'jumb', not('JUMBF files')],
  [0, 'II\xbc', not('JPEG XR images')],
  [0, '\0\0\x01\0', not('Windows icons (ICO)', 'Send one of its pictures as a PNG.')],
  [0, '\0\0\x02\0', not('Windows cursors (CUR)', 'Send one of its pictures as a PNG.')],
  [0, 'icns', not('Apple icons (ICNS)', 'Send one of its pictures as a PNG.')],
  [0, '8BPS', not('Photoshop documents (PSD)', 'Export it as a PNG or JPEG.')],
  [0, 'gimp xcf', not('GIMP documents (XCF)', 'Export it as a PNG or JPEG.')],
  [0, '%PDF', { what: 'This is a PDF document, not an image.', instead: 'Render one page, and send the PNG.' }],
  [0, '%!PS', not('PostScript files', vector)],
  [0, '\xc5\xd0\xd3\xc6', not('PostScript files', vector)],
  [0, '\xd7\xcd\xc6\x9a', not('Windows metafiles (WMF)', vector)],
  [40, ' EMF', not('Windows metafiles (EMF)', vector)],
  [0, 'II*\0\x10\0\0\0CR', not('Camera raw files (Canon CR2)', develop)],
  [0, 'IIRO', not('Camera raw files (Olympus ORF)', develop)],
  [0, 'IIRS', not('Camera raw files (Olympus ORF)', develop)],
  [0, 'MMOR', not('Camera raw files (Olympus ORF)', develop)],
  [0, 'IIU\0', not('Camera raw files (Panasonic RW2)', develop)],
  [0, 'FUJIFILMCCD-RAW', not('Camera raw files (Fujifilm RAF)', develop)],
  [0, 'FOVb', not('Camera raw files (Sigma X3F)', develop)],
  [0, '\0MRM', not('Camera raw files (Minolta MRW)', develop)],
  [0, 'HEAPCCDR', not('Camera raw files (Canon CRW)', develop)],
  [0, '\x76\x2f\x31\x01', not('OpenEXR images', 'Tone-map it, and send a JPEG or PNG.')],
  [0, '#?R', not('Radiance images (HDR)', 'Tone-map it, and send a JPEG or PNG.')],
  [0, 'SIMPLE  =', not('FITS images')],
  [128, 'DICM', not('DICOM images', 'Export the picture as a PNG.')],
  [0, 'DDS ', not('DirectDraw surfaces (DDS)')],
  [0, '\xabKTX', not('KTX textures')],
  [0, 'qoif', not('QOI images')],
  [0, 'farbfeld', not('farbfeld images')],
  [0, 'BPG\xfb', not('BPG images')],
  [0, 'FLIF', not('FLIF images')],
  [0, '\x8aMNG', not('MNG animations', frame)],
  [0, '\x8bJNG', not('JNG images')],
  [0, 'FORM', not('Amiga images (IFF)')],
  [0, '\x28\0\0\0', not('Bitmaps without a file header (DIB)', 'Save it as a BMP or PNG.')],
  [0, '\xb1\x68\xde\x3a', not('DCX faxes')],
  [0, 'BLP1', not('Blizzard textures (BLP)')],
  [0, 'BLP2', not('Blizzard textures (BLP)')],
  [0, 'FTEX', not('FTEX textures')],
  [4, '\x11\xaf', not('FLI animations', frame)],
  [4, '\x12\xaf', not('FLC animations', frame)],
  [0, 'DanM', not('Microsoft Paint images (MSP)')],
  [0, 'LinS', not('Microsoft Paint images (MSP)')],
  [20, 'GIMP', not('GIMP brushes (GBR)')],
  [0, '\x80\xe8\0\0', not('PIXAR images')],
  [0, '\0\0\0\0\0\0\0\x04', not('McIDAS area files')],
  [0, 'GRIB', not('GRIB files')],
  [0, 'BUFR', not('BUFR files')],
  [0, 'Image type:', not('IM images')],
  [257, 'ustar', { what: 'This is a TAR archive, not an image.', instead: each }],
  [2048, 'PCD_', not('Kodak Photo CD images')],
  [0, 'SDPX', not('DPX frames')],
  [0, 'XPDS', not('DPX frames')],
  [0, '\x01\xda', not('SGI images')],
  [0, '\x59\xa6\x6a\x95', not('Sun raster images')],
  [0, '/* XPM', not('XPM images')],
  [0, '#define', not('XBM images')],
  [0, '\x0a\x05\x01', not('PCX images')],
  [0, '\x0a\x03\x01', not('PCX images')],
  [0, '\x0a\x02\x01', not('PCX images')],
  [0, '\x0a\0\x01', not('PCX images')],
  [0, '\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', not('OLE documents (FlashPix, Office)')],
  [0, '\x08\xf2\xa6\xb6', not('VIPS images')],
  [0, '\xb6\xa6\xf2\x08', not('VIPS images')],
  [0, '\x89HDF', not('HDF5 files')],
  [0, 'MATLAB 5.0', not('MATLAB files')],
  [0, '\x5c\x01', not('NIfTI images')],
  [0, 'ID=', not('ENVI or ISIS images')],
  [0, '\x1a\x45\xdf\xa3', { what: 'This is a Matroska or WebM video, not an image.', instead: frame }],
  [8, 'AVI ', { what: 'This is an AVI video, not an image.', instead: frame }],
  [0, 'PK\x03\x04', { what: 'This is a ZIP archive, not an image.', instead: each }],
  [0, 'Rar!\x1a\x07', { what: 'This is a RAR archive, not an image.', instead: each }],
  [0, '7z\xbc\xaf\x27\x1c', { what: 'This is a 7z archive, not an image.', instead: each }],
  [0, '\xfd7zXZ\0', { what: 'This is xz-compressed data, not an image.', instead: decompress }],
  [0, 'BZh', { what: 'This is bzip2-compressed data, not an image.', instead: decompress }],
  [0, '\x28\xb5\x2f\xfd', { what: 'This is zstd-compressed data, not an image.', instead: decompress }],
  [0, 'FLV\x01', { what: 'This is a Flash video, not an image.', instead: frame }],
  [0, '\0\0\x01\xba', { what: 'This is an MPEG video, not an image.', instead: frame }],
  [0, '\0\0\x01\xb3', { what: 'This is an MPEG video, not an image.', instead: frame }],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', { what: 'This is a Windows Media file, not an image.', instead: frame }],
  [0, 'OggS', { what: 'This is an Ogg file, not an image.', instead: frame }],
  [0, '\x1f\x8b', { what: 'This is gzip-compressed data, not an image.', instead: decompress }],
];

/** Targa has no signature: a colour map type, an image type and a depth that go together. */
function isTarga(bytes: Uint8Array): boolean {
  const [, map = 2, type = 0] = bytes;
  const [depth = 0, descriptor = 0xff] = bytes.subarray(16, 18);
  return map <= 1 && [1, 2, 3, 9, 10, 11].includes(type) && [8, 15, 16, 24, 32].includes(depth) && descriptor < 0x40;
}

/** An MPEG transport stream: packets of 188 bytes, each of which begins with a G. */
const isTransportStream = (head: string) => [0, 188, 376].every((at) => head[at] === 'G');

const netpbm = /^P[1-7fF][\s#]/;
const movies = /^(isom|iso\d|mp4\d|M4V |qt {2}|avc1|3g|dash|MSNV)/;

/** Names a file that is of no format that is taken, as exactly as its first bytes allow. */
export function describeForeign(bytes: Uint8Array): Foreign {
  // Icons begin alike, but hold a length where Targa has its depth.
  if (isTarga(bytes)) return not('Targa images (TGA)');
  const head = ascii(bytes, 0, 2052);
  const known = signatures.find(([offset, signature]) => head.startsWith(signature, offset));
  if (known) return known[2];
  if (isTransportStream(head)) return { what: 'This is an MPEG video, not an image.', instead: frame };
  const brands = isobmffBrands(bytes);
  if (brands[0] === 'crx ') return not('Camera raw files (Canon CR3)', develop);
  if (brands[0] === 'jxl ') return not('JPEG XL images');
  if (brands[0]?.startsWith('jp')) return not('JPEG 2000 images');
  if (brands.some((brand) => movies.test(brand))) return { what: 'This is a video, not an image.', instead: frame };
  if (netpbm.test(head)) return not('Netpbm images (PBM, PGM, PPM, PFM)');
  // Texts may begin with a byte order mark.
  const text = head
    .slice(0, 512)
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase();
  if (text.includes('<svg')) return { what: 'This is an SVG drawing, not a photograph.', instead: vector };
  if (text.startsWith('%pdf')) return { what: 'This is a PDF document, not an image.', instead: vector };
  if (text.startsWith('<')) return { what: 'This is an HTML or XML document, not an image.' };
  return { what: 'The file does not start like any image format that is supported.' };
}
