/* A file is looked at before it is sent: what cannot be taken is said at once, and a picture that is
   too large is made smaller. The server looks again, and makes smaller what this browser cannot. */

/* Long side (of 4 to 3) and quality, the first that fits: as `SHRINKING` in files/worker/pictures.py. */
const STEPS = [[4000, .88], [3200, .85], [2400, .82], [2400, .68], [2400, .5]];
const MB = 1048576;

const ending = (file) => file.name.split(".").pop().toLowerCase();
const among = (file, endings) => endings.split(" ").includes(ending(file));

/* What is wrong with a file, by its name and size: the name of the sentence, or nothing. */
export function faultOf(file, { pictures, papers, largest }) {
  if (among(file, pictures)) return "";
  if (!among(file, papers)) return "ending";
  return file.size > largest * MB ? "pdf" : "";
}

export const isTooLarge = (file, { largest }) => file.size > largest * MB;
export const isTooLargeToSend = (file, { largestSent }) => file.size > largestSent * MB;
export const megabytes = (file) => `${(file.size / MB).toFixed(1)} MB`;

/* The picture as a smaller JPEG; the file as it came where this browser cannot read it. */
export async function smaller(file, { largest }) {
  let picture;
  try { picture = await createImageBitmap(file); } catch { return file; }
  const canvas = document.createElement("canvas"), drawn = canvas.getContext("2d");
  for (const [side, quality] of STEPS) {
    draw(picture, canvas, drawn, side);
    const made = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", quality); });
    // A tenth is left: written anew by the server it may grow a little.
    if (made && made.size < .9 * largest * MB) {
      picture.close();
      return new File([made], file.name.replace(/\.[^.]*$/, ".jpg"), { type: "image/jpeg" });
    }
  }
  picture.close();
  return file;
}

function draw(picture, canvas, drawn, side) {
  const { width, height } = picture;
  const scale = Math.max(side / Math.max(width, height), Math.sqrt(.75 * side * side / (width * height)));
  canvas.width = Math.round(width * Math.min(scale, 1));
  canvas.height = Math.round(height * Math.min(scale, 1));
  drawn.fillStyle = "#fff";
  drawn.fillRect(0, 0, canvas.width, canvas.height);
  drawn.imageSmoothingQuality = "high";
  drawn.drawImage(picture, 0, 0, canvas.width, canvas.height);
}
