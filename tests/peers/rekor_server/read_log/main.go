// read_log reads a log's directory with the libraries that rekor-server and its monitors use.
//
//	read_log LOG_DIRECTORY TRUSTED_ROOT [SINCE_CHECKPOINT]
//
// It checks the checkpoint's signature, rebuilds the root from every entry, and asks the tiles for
// inclusion proofs (and for a consistency proof since an earlier checkpoint). It prints the size.
package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"net/url"
	"os"

	"github.com/sigstore/rekor-tiles/v2/pkg/note"
	"github.com/sigstore/sigstore/pkg/signature"
	"github.com/transparency-dev/formats/log"
	"github.com/transparency-dev/merkle/compact"
	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
	"github.com/transparency-dev/tessera/client"
	sumdb "golang.org/x/mod/sumdb/note"
)

var hasher = rfc6962.DefaultHasher

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("usage: read_log LOG_DIRECTORY TRUSTED_ROOT [SINCE_CHECKPOINT]"))
	}
	verifier, err := readVerifier(os.Args[2])
	fail(err)
	ctx, files := context.Background(), client.FileFetcher{Root: os.Args[1]}
	checkpoint, _, _, err := client.FetchCheckpoint(ctx, files.ReadCheckpoint, verifier, verifier.Name())
	fail(err)
	leaves, err := rebuildRoot(ctx, files, checkpoint)
	fail(err)
	proofs, err := client.NewProofBuilder(ctx, checkpoint.Size, files.ReadTile)
	fail(err)
	fail(checkInclusion(ctx, proofs, checkpoint, leaves))
	if len(os.Args) > 3 {
		fail(checkConsistency(ctx, proofs, checkpoint, verifier, os.Args[3]))
	}
	fmt.Println(checkpoint.Size)
}

// The log's name and key, as verifiers get them.
func readVerifier(trustedRootFile string) (sumdb.Verifier, error) {
	text, err := os.ReadFile(trustedRootFile)
	if err != nil {
		return nil, err
	}
	var root struct {
		Tlogs []struct {
			BaseURL   string `json:"baseUrl"`
			PublicKey struct {
				RawBytes []byte `json:"rawBytes"`
			} `json:"publicKey"`
		} `json:"tlogs"`
	}
	if err := json.Unmarshal(text, &root); err != nil {
		return nil, err
	}
	key, err := x509.ParsePKIXPublicKey(root.Tlogs[0].PublicKey.RawBytes)
	if err != nil {
		return nil, err
	}
	base, err := url.Parse(root.Tlogs[0].BaseURL)
	if err != nil {
		return nil, err
	}
	verifier, err := signature.LoadDefaultVerifier(key)
	if err != nil {
		return nil, err
	}
	return note.NewNoteVerifier(base.Hostname(), verifier)
}

// The leaf hashes of all entries, whose root is the checkpoint's.
func rebuildRoot(ctx context.Context, files client.FileFetcher, checkpoint *log.Checkpoint) ([][]byte, error) {
	tree := (&compact.RangeFactory{Hash: hasher.HashChildren}).NewEmptyRange(0)
	leaves := make([][]byte, 0, checkpoint.Size)
	for bundle := uint64(0); uint64(len(leaves)) < checkpoint.Size; bundle++ {
		entries, err := client.GetEntryBundle(ctx, files.ReadEntryBundle, bundle, checkpoint.Size)
		if err != nil {
			return nil, err
		}
		for _, entry := range entries.Entries {
			leaf := hasher.HashLeaf(entry)
			leaves = append(leaves, leaf)
			if err := tree.Append(leaf, nil); err != nil {
				return nil, err
			}
		}
	}
	root, err := tree.GetRootHash(nil)
	if err == nil && !bytes.Equal(root, checkpoint.Hash) {
		err = fmt.Errorf("the entries' root %x is not the checkpoint's %x", root, checkpoint.Hash)
	}
	return leaves, err
}

// Proofs from the tiles for the first and last entry, those beside tile borders, and a spread of others.
func checkInclusion(ctx context.Context, proofs *client.ProofBuilder, checkpoint *log.Checkpoint, leaves [][]byte) error {
	for index := uint64(0); index < checkpoint.Size; index++ {
		beside := index%256 < 2 || index%256 == 255
		if index != checkpoint.Size-1 && !(beside && (index < 1024 || index%4096 < 257)) {
			continue
		}
		hashes, err := proofs.InclusionProof(ctx, index)
		if err != nil {
			return err
		}
		if err := proof.VerifyInclusion(hasher, index, checkpoint.Size, leaves[index], hashes, checkpoint.Hash); err != nil {
			return fmt.Errorf("entry %d: %w", index, err)
		}
	}
	return nil
}

func checkConsistency(ctx context.Context, proofs *client.ProofBuilder, now *log.Checkpoint, verifier sumdb.Verifier, sinceFile string) error {
	text, err := os.ReadFile(sinceFile)
	if err != nil {
		return err
	}
	since, _, _, err := log.ParseCheckpoint(text, verifier.Name(), verifier)
	if err != nil {
		return err
	}
	hashes, err := proofs.ConsistencyProof(ctx, since.Size, now.Size)
	if err != nil {
		return err
	}
	return proof.VerifyConsistency(hasher, since.Size, now.Size, hashes, since.Hash, now.Hash)
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "read_log:", err)
		os.Exit(1)
	}
}
