// Make go.json: a log of "entry-0", "entry-1" … hashed, proven, tiled and signed by Go's own packages
// (golang.org/x/mod/sumdb/tlog and note; github.com/transparency-dev/formats for cosignatures and proof files).
//
// With two arguments, a vkey file and a proof file that Mitra wrote over the same log, it verifies them instead.
// Run: go run make.go > go.json   or   go run make.go VKEYS FILE.tlog-proof   (Go 1.27)
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strings"

	fnote "github.com/transparency-dev/formats/note"
	"github.com/transparency-dev/formats/proof"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const origin = "mitra.example/ledger"

var sizes = []int64{0, 1, 2, 255, 256, 257, 65535, 65536, 65537, 70000}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

type memory []tlog.Hash

func (m memory) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = m[index]
	}
	return found, nil
}

func grow(size int64) memory {
	var hashes memory
	for n := int64(0); n < size; n++ {
		hashes = append(hashes, must(tlog.StoredHashes(n, fmt.Appendf(nil, "entry-%d", n), hashes))...)
	}
	return hashes
}

func sum(data []byte) string {
	digest := sha256.Sum256(data)
	return hex.EncodeToString(digest[:])
}

// tiles returns "path digest" of every tile of a tree, in the order of their levels.
func tiles(size int64, hashes memory) []string {
	found := []string{}
	for _, tile := range tlog.NewTiles(8, 0, size) {
		data := must(tlog.ReadTileData(tile, hashes))
		found = append(found, strings.Replace(tile.Path(), "tile/8/", "tile/", 1)+" "+sum(data))
	}
	return found
}

// proofs returns a digest over every inclusion proof, and one over every consistency proof, of trees up to a size.
func proofs(size int64, hashes memory) (string, string) {
	var records, trees bytes.Buffer
	for t := int64(1); t <= size; t++ {
		for n := int64(0); n < t; n++ {
			for _, hash := range must(tlog.ProveRecord(t, n, hashes)) {
				records.Write(hash[:])
			}
		}
		for n := int64(1); n <= t; n++ {
			for _, hash := range must(tlog.ProveTree(t, n, hashes)) {
				trees.Write(hash[:])
			}
		}
	}
	return sum(records.Bytes()), sum(trees.Bytes())
}

func seed(kind, of byte) string {
	return base64.StdEncoding.EncodeToString(append([]byte{kind}, bytes.Repeat([]byte{of}, 32)...))
}

// signers returns the log's own key (seed 0x01…), a witness's (0x02…) and the log's ML-DSA-44 key (0x03…).
func signers() (note.Signer, fnote.Signer, fnote.SubtreeSigner) {
	_, vkey, _ := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{1}, 64)), origin)
	hash := strings.Split(vkey, "+")[1]
	plain := must(note.NewSigner("PRIVATE+KEY+" + origin + "+" + hash + "+" + seed(1, 1)))
	skey, _, _ := note.GenerateKey(bytes.NewReader(bytes.Repeat([]byte{2}, 64)), "node-b.example/witness")
	witness := must(fnote.NewSignerForCosignatureV1(skey))
	mldsa := must(fnote.NewMLDSASigner("PRIVATE+KEY+" + origin + "+00000000+" + seed(6, 3)))
	return plain, witness, mldsa
}

func make_() {
	hashes := grow(70000)
	roots, all := map[string]string{}, map[string]string{}
	for _, size := range sizes {
		root := must(tlog.TreeHash(size, hashes))
		roots[fmt.Sprint(size)] = hex.EncodeToString(root[:])
		all[fmt.Sprint(size)] = sum([]byte(strings.Join(tiles(size, hashes), "\n")))
	}
	records, trees := proofs(300, hashes)
	root := must(tlog.TreeHash(300, hashes))
	text := fmt.Sprintf("%s\n300\n%s\n", origin, base64.StdEncoding.EncodeToString(root[:]))
	plain, witness, mldsa := signers()
	checkpoint := must(note.Sign(&note.Note{Text: text}, plain, witness, mldsa))
	path := [][sha256.Size]byte{}
	for _, hash := range must(tlog.ProveRecord(300, 123, hashes)) {
		path = append(path, hash)
	}
	made := proof.TLogProof{Index: 123, Hashes: path, Checkpoint: checkpoint, ExtraData: []byte("ຂໍ້ມູນ")}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	encoder.Encode(map[string]any{
		"roots":              roots,
		"tiles":              all,
		"tiles of 300":       tiles(300, hashes),
		"inclusion to 300":   records,
		"consistency to 300": trees,
		"proof of 123":       string(made.Marshal()),
	})
}

func verify(vkeys, file string) {
	var known []note.Verifier
	for _, vkey := range strings.Fields(string(must(os.ReadFile(vkeys)))) {
		known = append(known, must(fnote.NewVerifier(vkey)))
	}
	var given proof.TLogProof
	if err := given.Unmarshal(must(os.ReadFile(file))); err != nil {
		log.Fatal(err)
	}
	opened := must(note.Open(given.Checkpoint, note.VerifierList(known...)))
	lines := strings.Split(opened.Text, "\n")
	var size int64
	fmt.Sscan(lines[1], &size)
	root := must(tlog.ParseHash(lines[2]))
	var path tlog.RecordProof
	for _, hash := range given.Hashes {
		path = append(path, tlog.Hash(hash))
	}
	leaf := tlog.RecordHash(fmt.Appendf(nil, "entry-%d", given.Index))
	if err := tlog.CheckRecord(path, size, root, int64(given.Index), leaf); err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d of %d signatures verified, %d unknown; entry %d of %d is included\n",
		len(opened.Sigs), len(known), len(opened.UnverifiedSigs), given.Index, size)
}

func main() {
	if len(os.Args) == 3 {
		verify(os.Args[1], os.Args[2])
		return
	}
	make_()
}
