// escpos.mjs — takes the bytes for a receipt printer apart with npos, a decoder that shares nothing with ours, decodes
// the letters with iconv-lite, and prints what a printer would: as JSON, and as a page to look at.
// Usage: node escpos.mjs BYTES [PAGE]
import fs from 'node:fs'
import zlib from 'node:zlib'
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)
const Parser = require('npos/lib/parser')
const iconv = require('iconv-lite')
const rules = require('npos/lib/parser/rules')
// What npos does not know: QR codes (GS ( k, its length in two bytes).
rules[0x1d]['(k'] = [0, 'd16']
const raw = fs.readFileSync(process.argv[2])
const ast = new Parser(rules).analyze(raw)
if (ast.error) throw ast.error

const pages = { 14: 'cp737', 16: 'win1252', 17: 'cp866', 18: 'cp852' } // as Epson numbers them
const out = { lines: [], qr: [], barcodes: [], pictures: [], cuts: 0, drawer: 0, pages: [], unknown: [] }
const state = { page: null, bold: false, big: false, align: 0, text: '', qr: '', kanji: true }
const seen = []

function text(bytes) {
    for (const part of splitLines(bytes)) {
        if (part === null) {
            const line = { text: state.text, bold: state.bold, big: state.big, align: state.align }
            out.lines.push(line)
            seen.push({ kind: 'line', ...line })
            state.text = ''
        } else state.text += iconv.decode(part, pages[state.page] ?? 'ascii')
    }
}

function* splitLines(bytes) {
    let from = 0
    for (let i = 0; i <= bytes.length; i++)
        if (i === bytes.length || bytes[i] === 0x0a) {
            if (i > from) yield bytes.subarray(from, i)
            if (i < bytes.length) yield null
            from = i + 1
        }
}

function code2d(data) { // cn fn …
    if (data[0] !== 49) return out.unknown.push('GS ( k ' + data[0])
    if (data[1] === 80) state.qr = data.subarray(3).toString('latin1')
    if (data[1] === 81) {
        out.qr.push(state.qr)
        seen.push({ kind: 'qr', data: state.qr })
    }
}

function command(node, data) {
    const name = node.ascii + node.fn
    switch (name) {
    case 'ESC@': Object.assign(state, { page: 0, bold: false, big: false, align: 0 }); break
    case 'FS.': state.kanji = false; break
    case 'ESCR': break
    case 'ESCt': state.page = data[0]; out.pages.push(data[0]); break
    case 'ESCE': state.bold = data[0] === 1; break
    case 'ESCa': state.align = data[0]; break
    case 'GS!': state.big = data[0] === 0x11; break
    case 'GSh': case 'GSw': case 'GSH': case 'GSf': break
    case 'GSk': {
        const value = data.subarray(2, 2 + data[1]).toString('latin1').replace(/^\{B/, '').replace(/\{\{/g, '{')
        out.barcodes.push(value)
        seen.push({ kind: 'barcode', data: value })
        break
    }
    case 'GSv0': {
        const across = data.readUInt16LE(1), down = data.readUInt16LE(3), bits = data.subarray(5, 5 + across * down)
        let black = 0
        for (const byte of bits) for (let b = byte; b; b &= b - 1) black++
        out.pictures.push({ width: across * 8, height: down, black, align: state.align })
        seen.push({ kind: 'picture', across, down, bits })
        break
    }
    case 'GS(k': code2d(data.subarray(2)); break
    case 'GSV': out.cuts++; seen.push({ kind: 'cut' }); break
    case 'ESCp': out.drawer++; break
    default: out.unknown.push(name)
    }
}

for (const node of ast.tree) {
    const whole = raw.subarray(node.offset, node.offset + node.length)
    if (node.ascii === 'STX') text(whole)
    else command(node, whole.subarray(1 + node.fn.length))
}
console.log(JSON.stringify(out))

// --- the page to look at ---

function crc(bytes) {
    let c = 0xffffffff
    for (const byte of bytes) {
        c ^= byte
        for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
    }
    return (c ^ 0xffffffff) >>> 0
}

function png({ across, down, bits }) {
    const chunk = (type, data) => {
        const body = Buffer.concat([Buffer.from(type), data]), length = Buffer.alloc(4), sum = Buffer.alloc(4)
        length.writeUInt32BE(data.length)
        sum.writeUInt32BE(crc(body))
        return Buffer.concat([length, body, sum])
    }
    const head = Buffer.alloc(13), rows = []
    head.writeUInt32BE(across * 8, 0)
    head.writeUInt32BE(down, 4)
    head[8] = 1
    for (let y = 0; y < down; y++)
        rows.push(Buffer.from([0]), Buffer.from(bits.subarray(y * across, (y + 1) * across).map(b => b ^ 255)))
    return Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', head),
        chunk('IDAT', zlib.deflateSync(Buffer.concat(rows))), chunk('IEND', Buffer.alloc(0))])
}

const safe = s => s.replace(/&/g, '&amp;').replace(/</g, '&lt;')
if (process.argv[3]) {
    const columns = Math.max(24, ...out.lines.map(l => l.text.length * (l.big ? 2 : 1)))
    const draw = s => s.kind === 'line'
        ? `<pre style="text-align:${['left', 'center', 'right'][s.align]};${s.bold ? 'font-weight:700;' : ''}${s.big ? 'font-size:200%' : ''}">${safe(s.text) || ' '}</pre>`
        : s.kind === 'picture'
            ? `<img style="width:${s.across * 8 / 12}ch" src="data:image/png;base64,${png(s).toString('base64')}">`
            : s.kind === 'cut' ? '<hr>' : `<p>[${s.kind}] ${safe(s.data)}</p>`
    fs.writeFileSync(process.argv[3], `<!doctype html><meta charset="utf-8"><style>body{width:${columns}ch;
        font:16px/1.3 'DejaVu Sans Mono';padding:1em;background:#fff}pre{margin:0;font:inherit}p{text-align:center;
        word-break:break-all;border:1px solid}img{display:block;margin:auto}</style>${seen.map(draw).join('\n')}`)
}
