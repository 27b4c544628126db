// ttrpc_go calls a running chanceryd with the stock ttrpc client and code generated from our .proto
// files: each kind of call, many at once, and what an error carries.
//
//	ttrpc_go SOCKET
//
// It prints a line for each check and ends with 1 at the first that fails.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/containerd/ttrpc"
	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	v1 "chancery/tests/peers/ttrpc_go/chancery/v1"
)

type peer struct {
	client *ttrpc.Client
	signer v1.SignerClient
}

func dial(socket string) (*peer, error) {
	conn, err := net.Dial("unix", socket)
	if err != nil {
		return nil, err
	}
	client := ttrpc.NewClient(conn)
	return &peer{client, v1.NewSignerClient(client)}, nil
}

func signRequest() *v1.SignRequest {
	digest := sha256.Sum256([]byte(rand.Text()))
	return &v1.SignRequest{
		IdempotencyKey: rand.Text(),
		HashAlgorithm:  v1.HashAlgorithm_HASH_ALGORITHM_SHA2_256,
		Digest:         digest[:],
		Artifact:       "ttrpc_go",
	}
}

func checkReply(reply *v1.SignReply, err error) error {
	switch {
	case err != nil:
		return err
	case reply.State != v1.State_STATE_DONE:
		return fmt.Errorf("state is %v: %v", reply.State, reply.Failure)
	case !json.Valid(reply.Bundle):
		return errors.New("the bundle is not JSON")
	}
	return nil
}

// checkError tells whether err carries what our clients decide by.
func checkError(err error, code codes.Code, reason string) error {
	found, isStatus := status.FromError(err)
	if !isStatus || found.Code() != code {
		return fmt.Errorf("want %v, got %v", code, err)
	}
	for _, detail := range found.Details() {
		if info, ok := detail.(*errdetails.ErrorInfo); ok {
			if info.Domain != "chancery" || info.Reason != reason {
				return fmt.Errorf("want reason %s, got %v", reason, info)
			}
			return nil
		}
	}
	return fmt.Errorf("no ErrorInfo in %v", found)
}

func (p *peer) unary(ctx context.Context) error {
	profiles, err := p.signer.ListProfiles(ctx, &v1.ListProfilesRequest{})
	if err != nil {
		return err
	}
	if len(profiles.Profiles) == 0 {
		return errors.New("no profiles")
	}
	request := signRequest()
	first, err := p.signer.Sign(ctx, request)
	if err := checkReply(first, err); err != nil {
		return err
	}
	again, err := p.signer.Sign(ctx, request)
	if err := checkReply(again, err); err != nil {
		return err
	}
	if again.Receipt != first.Receipt || !bytes.Equal(again.Bundle, first.Bundle) {
		return errors.New("the same idempotency key has another answer")
	}
	return nil
}

// streams sends a statement of some MiB, and reads the bundle that is too large for one frame.
func (p *peer) streams(ctx context.Context) error {
	statement := fmt.Sprintf(`{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"a","digest":`+
		`{"sha256":"%x"}}],"predicateType":"https://example.com/p","predicate":{"text":"%s"}}`,
		sha256.Sum256(nil), strings.Repeat("x", 4<<20))
	upload, err := p.signer.SignStatementStream(ctx)
	if err != nil {
		return err
	}
	err = upload.Send(&v1.SignStatementChunk{
		IdempotencyKey: rand.Text(), StatementBytes: uint64(len(statement))})
	for rest := []byte(statement); err == nil && len(rest) > 0; {
		count := min(len(rest), 1<<20)
		err = upload.Send(&v1.SignStatementChunk{Data: rest[:count]})
		rest = rest[count:]
	}
	if err != nil {
		return err
	}
	reply, err := upload.CloseAndRecv()
	if err != nil {
		return err
	}
	if reply.State != v1.State_STATE_DONE || len(reply.Bundle) != 0 || reply.BundleBytes == 0 {
		return fmt.Errorf("want a large bundle, got %d of %d bytes in state %v",
			len(reply.Bundle), reply.BundleBytes, reply.State)
	}
	return p.readBundle(ctx, reply)
}

func (p *peer) readBundle(ctx context.Context, reply *v1.SignReply) error {
	download, err := p.signer.ReadBundle(ctx, &v1.ReadBundleRequest{Receipt: reply.Receipt})
	if err != nil {
		return err
	}
	var bundle []byte
	for {
		chunk, err := download.Recv()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		bundle = append(bundle, chunk.Data...)
	}
	if uint64(len(bundle)) != reply.BundleBytes || !json.Valid(bundle) {
		return fmt.Errorf("the bundle has %d bytes of %d, or is not JSON", len(bundle), reply.BundleBytes)
	}
	return nil
}

func (p *peer) manyAtOnce(ctx context.Context) error {
	var group sync.WaitGroup
	failures := make(chan error, 64)
	for range cap(failures) {
		group.Go(func() {
			reply, err := p.signer.Sign(ctx, signRequest())
			failures <- checkReply(reply, err)
		})
	}
	group.Wait()
	close(failures)
	for err := range failures {
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *peer) errorDetails(ctx context.Context) error {
	request := signRequest()
	request.Digest = request.Digest[:31]
	_, err := p.signer.Sign(ctx, request)
	if err := checkError(err, codes.InvalidArgument, "DIGEST_LENGTH_WRONG"); err != nil {
		return err
	}
	_, err = p.signer.GetSignature(ctx, &v1.GetSignatureRequest{
		By: &v1.GetSignatureRequest_Receipt{Receipt: "none"}})
	if code := status.Code(err); code != codes.NotFound && code != codes.InvalidArgument {
		return fmt.Errorf("a receipt that never was: %v", err)
	}
	err = p.client.Call(ctx, "chancery.v1.Signer", "None", &v1.SignRequest{}, &v1.SignReply{})
	if err := checkError(err, codes.Unimplemented, "METHOD_UNKNOWN"); err != nil {
		return err
	}
	err = p.client.Call(ctx, "none.Service", "Sign", &v1.SignRequest{}, &v1.SignReply{})
	return checkError(err, codes.Unimplemented, "SERVICE_UNKNOWN")
}

// streamErrors: a stream may be refused at its start and in its middle; the connection goes on.
func (p *peer) streamErrors(ctx context.Context) error {
	download, err := p.signer.ReadBundle(ctx, &v1.ReadBundleRequest{Receipt: "none"})
	if err != nil {
		return err
	}
	if _, err = download.Recv(); err == nil || errors.Is(err, io.EOF) {
		return errors.New("a bundle that never was can be read")
	}
	upload, err := p.signer.SignStatementStream(ctx)
	if err != nil {
		return err
	}
	if err := upload.Send(&v1.SignStatementChunk{IdempotencyKey: rand.Text(), StatementBytes: 1 << 40}); err != nil {
		return err
	}
	_, err = upload.CloseAndRecv()
	return checkError(err, codes.InvalidArgument, "STATEMENT_TOO_LARGE")
}

// deadline: one that has passed signs nothing, and the connection goes on. The client looks at its clock and at the
// connection at once, so that either it says so itself or the daemon does.
func (p *peer) deadline(ctx context.Context) error {
	past, cancel := context.WithDeadline(ctx, time.Now().Add(-time.Second))
	defer cancel()
	request := signRequest()
	_, err := p.signer.Sign(past, request)
	if !errors.Is(err, context.DeadlineExceeded) && checkError(err, codes.Unavailable, "DEADLINE_PASSED") != nil {
		return fmt.Errorf("want a deadline exceeded, got %v", err)
	}
	_, err = p.signer.GetSignature(ctx, &v1.GetSignatureRequest{
		By: &v1.GetSignatureRequest_IdempotencyKey{IdempotencyKey: request.IdempotencyKey}})
	if status.Code(err) != codes.NotFound {
		return fmt.Errorf("a request past its deadline was taken: %v", err)
	}
	reply, err := p.signer.Sign(ctx, signRequest())
	return checkReply(reply, err)
}

func run(socket string) error {
	p, err := dial(socket)
	if err != nil {
		return err
	}
	defer p.client.Close()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	checks := []struct {
		name  string
		check func(context.Context) error
	}{
		{"unary calls", p.unary},
		{"client and server streams", p.streams},
		{"64 calls at once", p.manyAtOnce},
		{"error details", p.errorDetails},
		{"errors of streams", p.streamErrors},
		{"deadlines", p.deadline},
	}
	for _, c := range checks {
		if err := c.check(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		fmt.Println("ok:", c.name)
	}
	return nil
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: ttrpc_go SOCKET")
		os.Exit(2)
	}
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "failed:", err)
		os.Exit(1)
	}
}
