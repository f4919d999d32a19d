package embedded

import (
	"fmt"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
	"golang.org/x/sys/unix"
)

// room is the space on the disk that the topics are on. A part of it is kept, so that what has begun can be brought to its
// end: while less is free, nothing new is begun.
type room struct {
	dir  string
	keep uint64 // bytes
}

// mostKept is how much is kept of a large disk; of a small one it is a twentieth.
const mostKept = 64 << 20

// storageError is Kafka's KAFKA_STORAGE_ERROR.
const storageError = 56

func newRoom(dir string) (room, error) {
	var fs unix.Statfs_t
	if err := unix.Statfs(dir, &fs); err != nil {
		return room{}, fmt.Errorf("look for space on the disk of %s: %w", dir, err)
	}
	return room{dir, min(fs.Blocks*uint64(fs.Bsize)/20, mostKept)}, nil
}

// short reports whether less is free than is kept; where the disk cannot be asked, it is.
func (r room) short() bool {
	var fs unix.Statfs_t
	return unix.Statfs(r.dir, &fs) != nil || fs.Bavail*uint64(fs.Bsize) < r.keep
}

// watch makes the cluster refuse what would begin or go on with a transaction while there is too little room. Consumers are
// served, and what was begun can be ended.
func (r room) watch(cluster *kfake.Cluster, log func(error)) {
	refuse := func(key kmsg.Key, answer func(kmsg.Request) kmsg.Response) {
		cluster.ControlKey(key.Int16(), func(req kmsg.Request) (kmsg.Response, error, bool) {
			cluster.KeepControl()
			if !r.short() {
				return nil, nil, false
			}
			log(fmt.Errorf("less than %d MiB are free on the disk of %s", r.keep>>20, r.dir))
			return answer(req), nil, true
		})
	}
	refuse(kmsg.InitProducerID, func(req kmsg.Request) kmsg.Response {
		answer := req.ResponseKind().(*kmsg.InitProducerIDResponse)
		answer.ErrorCode = storageError
		return answer
	})
	refuse(kmsg.CreateTopics, func(req kmsg.Request) kmsg.Response {
		answer := req.ResponseKind().(*kmsg.CreateTopicsResponse)
		for _, t := range req.(*kmsg.CreateTopicsRequest).Topics {
			one := kmsg.NewCreateTopicsResponseTopic()
			one.Topic, one.ErrorCode = t.Topic, storageError
			answer.Topics = append(answer.Topics, one)
		}
		return answer
	})
	refuse(kmsg.Produce, func(req kmsg.Request) kmsg.Response {
		answer := req.ResponseKind().(*kmsg.ProduceResponse)
		for _, t := range req.(*kmsg.ProduceRequest).Topics {
			one := kmsg.NewProduceResponseTopic()
			one.Topic, one.TopicID = t.Topic, t.TopicID
			for _, p := range t.Partitions {
				part := kmsg.NewProduceResponseTopicPartition()
				part.Partition, part.ErrorCode = p.Partition, storageError
				one.Partitions = append(one.Partitions, part)
			}
			answer.Topics = append(answer.Topics, one)
		}
		return answer
	})
}
