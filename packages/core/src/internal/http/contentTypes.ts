const types: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "application/gzip": "gz tgz",
    "application/json": "json",
    "application/msword": "doc",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-tar": "tar",
    "application/xml": "xml",
    "application/yaml": "yaml yml",
    "application/zip": "zip",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg oga",
    "audio/wav": "wav",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/jpeg": "jpeg jpg",
    "image/png": "png",
    "image/svg+xml": "svg",
    "image/tiff": "tif tiff",
    "image/webp": "webp",
    "image/x-icon": "ico",
    "message/rfc822": "eml",
    "text/calendar": "ics",
    "text/css": "css",
    "text/csv": "csv",
    "text/html": "htm html",
    "text/javascript": "js mjs",
    "text/markdown": "markdown md",
    "text/plain": "log text txt",
    "text/tab-separated-values": "tsv",
    "text/vcard": "vcf",
    "video/mp4": "mp4",
    "video/mpeg": "mpeg mpg",
    "video/quicktime": "mov",
    "video/webm": "webm"
  }).flatMap(([type, extensions]) => extensions.split(" ").map((extension) => [extension, type] as const))
)

/**
 * The media type that a file's name suggests; `application/octet-stream` where it suggests none that is known here.
 *
 * @internal
 */
export const guessType = (filename: string): string =>
  types.get(/\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase() ?? "") ?? "application/octet-stream"
