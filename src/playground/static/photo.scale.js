/** Longest side in pixels that is sent; the models look at 224. */
const LONGEST = 1024;
/** A file up to this many bytes and within `LONGEST` goes as it is. */
const SMALL_BYTES = 1_000_000;
/** What the server reads; everything else is drawn anew if the browser can decode it. */
const SENDABLE = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif']);

/**
 * The picture as it is sent: upright and no larger than it need be.
 * @param {Blob} file
 * @returns {Promise<{blob: Blob, type: string, visible: boolean}>} `visible`: the browser can show it
 */
export async function fitForUpload(file) {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => {});
  if (bitmap === undefined) {
    // HEIC or TIFF, perhaps: the server may be able to read what the browser is not.
    return { blob: file, type: 'application/octet-stream', visible: false };
  }
  const scale = Math.min(1, LONGEST / Math.max(bitmap.width, bitmap.height));
  if (scale === 1 && file.size <= SMALL_BYTES && SENDABLE.has(file.type)) {
    bitmap.close();
    return { blob: file, type: file.type, visible: true };
  }
  const blob = await redraw(bitmap, scale);
  bitmap.close();
  return { blob, type: 'image/jpeg', visible: true };
}

function redraw(bitmap, scale) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(bitmap.width * scale));
  canvas.height = Math.max(1, Math.round(bitmap.height * scale));
  const context = canvas.getContext('2d');
  // JPEG knows no transparency: white below, as the server does it.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve) => {
    canvas.toBlob(resolve, 'image/jpeg', 0.9);
  });
}
