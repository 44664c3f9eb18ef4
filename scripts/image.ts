import { VERSION } from '../src/version.ts';
import { buildOwnImage } from './image/own-image.ts';
import { sizeTable } from './image/sizes.ts';

/** `npm run image [-- TAG]`: builds the image and prints its layers' sizes and where its archive is. */
const [tag = VERSION] = process.argv.slice(2);
try {
  const { name, archive, layers } = await buildOwnImage(tag);
  console.log(`${sizeTable(layers)}\n\n${name}\nctr --namespace k8s.io images import ${archive}`);
} catch (error) {
  console.error(`image: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
